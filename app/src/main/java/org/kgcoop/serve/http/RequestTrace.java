package org.kgcoop.serve.http;

import java.util.EnumMap;
import java.util.Map;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * Notes on a request while it is answered: its times, for its limit, the log and the metrics. The
 * thread that answers a request finds its trace with {@link #current}.
 */
public final class RequestTrace {
  private static final String ATTRIBUTE = RequestTrace.class.getName();
  private static final ThreadLocal<@Nullable RequestTrace> CURRENT = new ThreadLocal<>();

  /** Things that a request waits for; each has its own time. */
  public enum Stage {
    /** The way from the file's bytes to the model's pixels, and the wait for a place to do it. */
    DECODE,
    /** The wait from the pixels to the batch. */
    WAIT,
    /** The batch that the image is part of. */
    ENCODE
  }

  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
  private volatile long begun = System.nanoTime();
  private volatile @Nullable String route;
  private volatile @Nullable String model;
  private volatile int bodyBytes;

  /** Returns the trace of a request, which begins with its first look. */
  static RequestTrace of(Request request) {
    if (request.getAttribute(ATTRIBUTE) instanceof RequestTrace known) {
      return known;
    }
    RequestTrace trace = new RequestTrace();
    request.setAttribute(ATTRIBUTE, trace);
    return trace;
  }

  /** Returns the trace of the request that this thread answers; a new one where it answers none. */
  public static RequestTrace current() {
    RequestTrace trace = CURRENT.get();
    return trace == null ? new RequestTrace() : trace;
  }

  /** Makes it the one of this thread, or none. */
  public static void setCurrent(@Nullable RequestTrace trace) {
    if (trace == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(trace);
    }
  }

  /** The request is whole: its time limit counts from here. */
  void begin(int bytes) {
    bodyBytes = bytes;
    begun = System.nanoTime();
  }

  /** {@link System#nanoTime} when the whole request was there. */
  public long begun() {
    return begun;
  }

  int bodyBytes() {
    return bodyBytes;
  }

  /** Counts the time since a {@link System#nanoTime} to a stage. */
  public synchronized void add(Stage stage, long since) {
    nanos.merge(stage, System.nanoTime() - since, Long::sum);
  }

  /** Milliseconds, 0 where the request has not been there. */
  synchronized double milliseconds(Stage stage) {
    return nanos.getOrDefault(stage, 0L) / 1e6;
  }

  public @Nullable String route() {
    return route;
  }

  /** The pattern of its address, such as {@code /v2/models/{model}}. */
  public void setRoute(String pattern) {
    route = pattern;
  }

  @Nullable String model() {
    return model;
  }

  /** A name that the server knows, never one that a request made up. */
  public void setModel(String name) {
    model = name;
  }
}
