package org.kgcoop.serve.http;

import java.util.EnumMap;
import java.util.Map;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * The times of one request, for its time limit, the log and the metrics. {@link #current} returns
 * the trace of the request that the current thread answers.
 */
public final class RequestTrace {
  private static final String ATTRIBUTE = RequestTrace.class.getName();
  private static final ThreadLocal<@Nullable RequestTrace> CURRENT = new ThreadLocal<>();

  /** The stages of a request; each has its own time. */
  public enum Stage {
    /** Decoding and resizing the image, including the wait for a free place. */
    DECODE,
    /** The wait for a batch. */
    WAIT,
    /** Encoding the batch of the image. */
    ENCODE
  }

  private final Map<Stage, Long> nanos = new EnumMap<>(Stage.class);
  private volatile long begun = System.nanoTime();
  private volatile @Nullable String route;
  private volatile @Nullable String model;
  private volatile int bodyBytes;

  /** Returns the trace of a request, and creates it on the first call. */
  static RequestTrace of(Request request) {
    if (request.getAttribute(ATTRIBUTE) instanceof RequestTrace known) {
      return known;
    }
    RequestTrace trace = new RequestTrace();
    request.setAttribute(ATTRIBUTE, trace);
    return trace;
  }

  /** Returns the trace of the request of this thread, or a new one if there is none. */
  public static RequestTrace current() {
    RequestTrace trace = CURRENT.get();
    return trace == null ? new RequestTrace() : trace;
  }

  /** Sets the trace of this thread, or removes it. */
  public static void setCurrent(@Nullable RequestTrace trace) {
    if (trace == null) {
      CURRENT.remove();
    } else {
      CURRENT.set(trace);
    }
  }

  /** Starts the time limit: the request is complete. */
  void begin(int bytes) {
    bodyBytes = bytes;
    begun = System.nanoTime();
  }

  /** Returns the {@link System#nanoTime} at which the request was complete. */
  public long begun() {
    return begun;
  }

  int bodyBytes() {
    return bodyBytes;
  }

  /** Adds the time since a {@link System#nanoTime} to a stage. */
  public synchronized void add(Stage stage, long since) {
    nanos.merge(stage, System.nanoTime() - since, Long::sum);
  }

  /** Returns the milliseconds of a stage, or 0 if the request skipped it. */
  synchronized double milliseconds(Stage stage) {
    return nanos.getOrDefault(stage, 0L) / 1e6;
  }

  public @Nullable String route() {
    return route;
  }

  /** Sets the pattern of the route, such as {@code /page/{file}}. */
  public void setRoute(String pattern) {
    route = pattern;
  }

  @Nullable String model() {
    return model;
  }

  /** Sets the name of the model, which must be one of the server, not text from the request. */
  public void setModel(String name) {
    model = name;
  }
}
