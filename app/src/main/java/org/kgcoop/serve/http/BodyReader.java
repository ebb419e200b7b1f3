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
 * Reads the body of a request before the request gets a thread, so that a slow client blocks only
 * its own connection. Rejects bodies that are too large (413) or too slow (408). Rejects requests
 * with 503 if the memory for bodies or the number of active requests is used up. All of this
 * happens before an image is decoded.
 *
 * <p>Jetty's own handlers do less. {@code EagerContentHandler} limits the body of one request, but
 * not the sum of all bodies. It keeps network buffers, and a client that sends single bytes fills
 * many of them. It gives broken and slow bodies to a thread. {@code MinimumDataRateHandler}
 * measures the rate only when bytes arrive: it gives no time for the first bytes, and never checks
 * a client that stops sending.
 */
final class BodyReader extends Handler.Wrapper {
  /** The minimum average rate in bytes per second, after the grace period. */
  static final long SLOWEST = 16 << 10;

  private static final int FIRST_BYTES = 16 << 10;

  private final int maxBytes;
  private final long maxBytesOfAll;
  private final int maxRequests;
  private final long graceNanos;
  private final AtomicLong bytesOfAll = new AtomicLong();
  private final AtomicInteger requests = new AtomicInteger();

  /**
   * Creates a reader.
   *
   * @param maxBytes the maximum size of one body
   * @param maxBytesOfAll the maximum size of all bodies in memory
   * @param maxRequests the maximum number of requests whose bodies are complete and that are not
   *     answered yet
   * @param grace the time before the rate is checked
   */
  BodyReader(int maxBytes, long maxBytesOfAll, int maxRequests, Duration grace) {
    this.maxBytes = maxBytes;
    this.maxBytesOfAll = Math.max(maxBytes, maxBytesOfAll);
    this.maxRequests = maxRequests;
    this.graceNanos = grace.toNanos();
  }

  /** Returns the number of active requests with a body. */
  int requests() {
    return requests.get();
  }

  /** Returns the size in bytes of all bodies in memory. */
  long bytes() {
    return bytesOfAll.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    RequestTrace trace = RequestTrace.of(request);
    // A connection is silent while its request is answered, but it is not idle.
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

  /** A body that is being read. {@link #run} is called when more bytes arrive. */
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
          refuse(slow ? 408 : 400, slow ? tooSlow() : "the body is incomplete");
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

    /** Appends bytes; returns false if there is no room. */
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
        refuse(503, "too many large bodies; try again later");
        return false;
      }
      more.get(bytes, length, count);
      length = wanted;
      return true;
    }

    /**
     * Enlarges the buffer by the bytes that have arrived; the announced length is not reserved.
     * Returns false if there is not enough memory.
     */
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
      return "the body arrived too slowly; expected " + SLOWEST + " bytes per second";
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
      } catch (Throwable e) { // as Jetty does if a handler fails
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

    /** Returns true only for the first caller, which answers. */
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
