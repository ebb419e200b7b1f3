package org.kgcoop.serve.http;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.content.ByteBufferContentSource;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.ByteArrayOutputStream2;
import org.eclipse.jetty.util.Callback;

/**
 * Reads the body of a request before the request gets a thread, so that a slow client blocks only
 * its own connection. Rejects bodies that are too large (413) or too slow (408), and all bodies if
 * the memory for them is used up (503), also by something else. Jetty's idle timeout ends bodies
 * that stop arriving.
 *
 * <p>Jetty's own handlers do less. {@code EagerContentHandler} does not limit the sum of all bodies
 * and keeps network buffers, so that a client that sends single bytes fills many of them. It does
 * not complete a request whose handler fails. {@code MinimumDataRateHandler} has no grace period
 * and rejects a body whose second packet is late.
 */
final class BodyReader extends Handler.Wrapper {
  /** The minimum average rate in bytes per second, after the grace period. */
  static final long MIN_RATE = 16 << 10;

  private final int maxBytes;
  private final long maxTotalBytes;
  private final long graceNanos;
  private final HeapWatch heap;
  private final AtomicLong totalBytes = new AtomicLong();

  /**
   * Creates a reader.
   *
   * @param maxBytes the maximum size of one body
   * @param maxTotalBytes the maximum size of all bodies in memory
   * @param grace the time before the rate is checked
   * @param heap receives errors of memory
   */
  BodyReader(int maxBytes, long maxTotalBytes, Duration grace, HeapWatch heap) {
    this.maxBytes = maxBytes;
    this.maxTotalBytes = Math.max(maxBytes, maxTotalBytes);
    this.graceNanos = grace.toNanos();
    this.heap = heap;
  }

  /** Returns the size in bytes of all bodies in memory. */
  long bytes() {
    return totalBytes.get();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    // A connection is silent while its request is answered, but it is not idle.
    request.addIdleTimeoutListener(timeout -> false);
    Body body = new Body(request, response, callback);
    Request.addCompletionListener(request, failure -> totalBytes.addAndGet(-body.bytes.size()));
    body.run();
    return true;
  }

  private boolean answer(Request request, Response response, Callback callback) throws Exception {
    return super.handle(request, response, callback);
  }

  /** A body that is being read. {@link #run} is called when more bytes arrive. */
  private final class Body implements Runnable {
    private final Request request;
    private final Response response;
    private final Callback callback;
    private final long start = System.nanoTime();
    private ByteArrayOutputStream2 bytes = new ByteArrayOutputStream2();

    Body(Request request, Response response, Callback callback) {
      this.request = request;
      this.response = response;
      this.callback = callback;
    }

    @Override
    public void run() {
      try {
        checkLength(request.getLength());
        boolean last = false;
        while (!last) {
          Content.Chunk chunk = request.read();
          if (chunk == null) {
            checkRate();
            request.demand(this);
            return;
          }
          last = chunk.isLast();
          try {
            add(chunk);
          } finally {
            chunk.release();
          }
        }
      } catch (HttpErrorException e) {
        ErrorResponses.writeAndClose(response, callback, e);
        return;
      } catch (OutOfMemoryError e) { // otherwise nobody would answer
        free();
        ErrorResponses.writeAndClose(response, callback, heap.failed());
        return;
      }
      complete();
    }

    private void free() {
      totalBytes.addAndGet(-bytes.size());
      bytes = new ByteArrayOutputStream2();
    }

    private void checkLength(long length) {
      if (length > maxBytes) {
        throw new HttpErrorException(
            HttpStatus.PAYLOAD_TOO_LARGE_413, "expected at most " + maxBytes + " bytes");
      }
    }

    private void checkRate() {
      double seconds = (System.nanoTime() - start - graceNanos) / 1e9;
      if (bytes.size() < seconds * MIN_RATE) {
        throw tooSlow();
      }
    }

    private HttpErrorException tooSlow() {
      return new HttpErrorException(
          HttpStatus.REQUEST_TIMEOUT_408,
          "the body arrived too slowly; expected " + MIN_RATE + " bytes per second");
    }

    private void add(Content.Chunk chunk) {
      if (Content.Chunk.isFailure(chunk)) {
        throw chunk.getFailure() instanceof TimeoutException
            ? tooSlow()
            : new HttpErrorException(HttpStatus.BAD_REQUEST_400, "the body is incomplete");
      }
      byte[] more = BufferUtil.toArray(chunk.getByteBuffer());
      checkLength((long) bytes.size() + more.length);
      if (totalBytes.addAndGet(more.length) > maxTotalBytes) {
        totalBytes.addAndGet(-more.length);
        throw new HttpErrorException(
            HttpStatus.SERVICE_UNAVAILABLE_503, "too many large bodies; try again later");
      }
      bytes.writeBytes(more);
    }

    private void complete() {
      Content.Source body =
          new ByteBufferContentSource(ByteBuffer.wrap(bytes.getBuf(), 0, bytes.size()));
      Request whole =
          new Request.Wrapper(request) {
            @Override
            public Content.Chunk read() {
              return body.read();
            }
          };
      try {
        if (!answer(whole, response, callback)) {
          Response.writeError(whole, response, callback, HttpStatus.NOT_FOUND_404);
        }
      } catch (Throwable e) { // as Jetty does if a handler fails
        if (HeapWatch.isOutOfMemory(e)) {
          ErrorResponses.writeAndClose(response, callback, heap.failed());
        } else {
          Response.writeError(whole, response, callback, e);
        }
      }
    }
  }
}
