package org.kgcoop.serve.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request's body before a thread is given to the request: whoever sends slowly holds up a
 * connection and the bytes so far, nothing else. Refuses bodies that are too large (413) or too
 * slow (408), and requests beyond the memory for bodies or beyond the number that may be under way
 * (503), all before anything is decoded.
 *
 * <p>Jetty's own handlers promise less. {@code EagerContentHandler} bounds the body of one request,
 * not those of all, keeps network buffers, of which a sender of single bytes fills many, and hands
 * a broken or slow body on to a thread. {@code MinimumDataRateHandler} measures only when more is
 * there: it has no grace for the first bytes, and never looks at a sender that falls silent.
 */
final class BodyReader extends Handler.Wrapper {
  /** Bytes a second that a sender must keep up after the grace, on average. */
  static final long SLOWEST = 16 << 10;

  private static final int FIRST_BYTES = 16 << 10;

  private final int maxBytes;
  private final long maxBytesOfAll;
  private final int maxRequests;
  private final long graceNanos;
  private final AtomicLong bytesOfAll = new AtomicLong();
  private final AtomicInteger requests = new AtomicInteger();

  /**
   * A reader of bodies.
   *
   * @param maxBytes of one body
   * @param maxBytesOfAll of all bodies that are read or answered at a time
   * @param maxRequests with a body, read whole and not answered yet
   * @param grace how long a body may take before it is asked how quick it is
   */
  BodyReader(int maxBytes, long maxBytesOfAll, int maxRequests, Duration grace) {
    this.maxBytes = maxBytes;
    this.maxBytesOfAll = Math.max(maxBytes, maxBytesOfAll);
    this.maxRequests = maxRequests;
    this.graceNanos = grace.toNanos();
  }

  /** The number of requests with a body that are under way. */
  int requests() {
    return requests.get();
  }

  /** Bytes of the bodies that are in memory. */
  long bytes() {
    return bytesOfAll.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    RequestTrace trace = RequestTrace.of(request);
    // While it is answered, no byte comes and none goes: that is not idle.
    request.addIdleTimeoutListener(timeout -> false);
    boolean chunked = request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING);
    if (request.getLength() > 0 || chunked) {
      new Body(request, response, callback, trace).run();
      return true;
    }
    trace.begin(0);
    return answer(trace, request, response, callback);
  }

  private boolean answer(RequestTrace trace, Request request, Response response, Callback callback)
      throws Exception {
    RequestTrace.setCurrent(trace);
    try {
      return super.handle(request, response, callback);
    } finally {
      RequestTrace.setCurrent(null);
    }
  }

  /** A body on its way; {@link #run} is called whenever more of it is there. */
  private final class Body implements Runnable {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final RequestTrace trace;
    private final long start = System.nanoTime();
    private byte[] bytes = {};
    private int length;
    private boolean ended;
    private Scheduler.@Nullable Task watch;

    Body(Request request, Response response, Callback callback, RequestTrace trace) {
      this.request = request;
      this.response = response;
      this.callback = callback;
      this.trace = trace;
    }

    @Override
    public void run() {
      while (true) {
        Content.Chunk chunk = request.read();
        if (chunk == null) {
          watch();
          request.demand(this);
          return;
        }
        if (Content.Chunk.isFailure(chunk)) {
          boolean slow = chunk.getFailure() instanceof TimeoutException;
          refuse(slow ? 408 : 400, slow ? tooSlow() : "the body broke off");
          return;
        }
        boolean last = chunk.isLast();
        boolean kept = keep(chunk.getByteBuffer());
        chunk.release();
        if (kept && last) {
          complete();
        }
        if (!kept || last) {
          return;
        }
      }
    }

    /** Keeps a part; false where there is no room for it. */
    private synchronized boolean keep(ByteBuffer more) {
      int count = more.remaining();
      int wanted = length + count;
      if (ended) {
        return false;
      }
      if (wanted > maxBytes) {
        refuse(413, String.valueOf(AccessCheck.tooLarge(maxBytes).getMessage()));
        return false;
      }
      if (wanted > bytes.length && !enlarge(wanted)) {
        refuse(503, "too many large bodies are under way; try again later");
        return false;
      }
      more.get(bytes, length, count);
      length = wanted;
      return true;
    }

    /** Makes room, not for what a sender only promises; false where there is too little memory. */
    private boolean enlarge(int wanted) {
      long promised = request.getLength() < 0 ? maxBytes : request.getLength();
      long larger = Math.min(promised, Math.max(FIRST_BYTES, 2L * bytes.length));
      int size = (int) Math.max(wanted, larger);
      int additional = size - bytes.length;
      if (bytesOfAll.addAndGet(additional) > maxBytesOfAll) {
        bytesOfAll.addAndGet(-additional);
        return false;
      }
      bytes = Arrays.copyOf(bytes, size);
      return true;
    }

    private synchronized void watch() {
      if (watch == null && !ended) {
        watch =
            request
                .getComponents()
                .getScheduler()
                .schedule(this::check, graceNanos / 4, TimeUnit.NANOSECONDS);
      }
    }

    private synchronized void check() {
      watch = null;
      long beyond = System.nanoTime() - start - graceNanos;
      if (beyond > 0 && length < beyond / 1e9 * SLOWEST) {
        refuse(408, tooSlow());
      } else {
        watch();
      }
    }

    private String tooSlow() {
      return "the body came too slowly; expected " + SLOWEST + " bytes a second";
    }

    private void complete() {
      if (!end()) {
        return;
      }
      if (requests.incrementAndGet() > maxRequests) {
        done();
        Refusals.write(response, callback, 503, "too many images are waiting; try again later");
        return;
      }
      trace.begin(length);
      Callback counted = Callback.from(callback, this::done);
      Request whole = new WholeRequest(request, ByteBuffer.wrap(bytes, 0, length));
      try {
        if (!answer(trace, whole, response, counted)) {
          Refusals.write(response, counted, 404, "see /openapi.yaml");
        }
      } catch (Throwable e) { // as Jetty does where a handler fails in its own call
        Response.writeError(request, response, counted, e);
      }
    }

    private void done() {
      requests.decrementAndGet();
      release();
    }

    private void refuse(int status, String reason) {
      if (end()) {
        release();
        Refusals.writeAndClose(response, callback, status, reason);
      }
    }

    /** True for the one caller who may answer; all others have come later. */
    private synchronized boolean end() {
      if (ended) {
        return false;
      }
      ended = true;
      if (watch != null) {
        watch.cancel();
      }
      return true;
    }

    private void release() {
      bytesOfAll.addAndGet(-bytes.length);
    }
  }

  /** A request whose body is in memory. */
  private static final class WholeRequest extends Request.Wrapper {
    private final int length;
    private final Content.Source body;

    WholeRequest(Request request, ByteBuffer bytes) {
      super(request);
      length = bytes.remaining();
      body = new ByteBufferContentSource(bytes);
    }

    @Override
    public long getLength() {
      return length;
    }

    @Override
    public Content.Chunk read() {
      return body.read();
    }

    @Override
    public void demand(Runnable callback) {
      body.demand(callback);
    }

    @Override
    public boolean consumeAvailable() {
      return true;
    }
  }
}
