package org.kgcoop.serve.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * JSON answers to requests that reach no endpoint. As the error handler of the server, this class
 * also answers requests that Jetty rejects, such as invalid HTTP.
 */
public final class Refusals extends ErrorHandler {

  /** The time in which further bytes are discarded after a rejection. */
  private static final long LINGER_MILLISECONDS = 1000;

  /** Answers a request whose body is not read completely, and closes the connection. */
  static void writeAndClose(Response response, Callback callback, int status, String reason) {
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    Leftovers leftovers = new Leftovers(response.getRequest(), callback);
    write(response, Callback.from(leftovers::begin, callback::failed), status, reason);
  }

  /**
   * Discards the rest of a rejected body. If a connection is closed with unread bytes, it is reset,
   * and the client may lose the answer.
   */
  private static final class Leftovers implements Runnable {
    private final Request request;
    private final Callback callback;
    private final AtomicBoolean ended = new AtomicBoolean();

    Leftovers(Request request, Callback callback) {
      this.request = request;
      this.callback = callback;
    }

    void begin() {
      request
          .getComponents()
          .getScheduler()
          .schedule(this::end, LINGER_MILLISECONDS, TimeUnit.MILLISECONDS);
      run();
    }

    @Override
    public void run() {
      try {
        while (!ended.get()) {
          Content.Chunk chunk = request.read();
          if (chunk == null) {
            request.demand(this);
            return;
          }
          boolean last = chunk.isLast() || Content.Chunk.isFailure(chunk);
          chunk.release();
          if (last) {
            end();
          }
        }
      } catch (RuntimeException e) {
        end(); // another thread reads, or the request is invalid
      }
    }

    private void end() {
      if (ended.compareAndSet(false, true)) {
        callback.succeeded();
      }
    }
  }

  /** Answers a request whose body is complete. */
  static void write(Response response, Callback callback, int status, String reason) {
    SecurityHeaders.putOn(response.getHeaders());
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
    if (isTemporary(status)) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
    }
    byte[] json =
        JsonNodeFactory.instance
            .objectNode()
            .put("error", reason)
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    response.write(true, ByteBuffer.wrap(json), callback);
  }

  /** Rejects a request that has reached the endpoints. */
  public static void refuse(Context request, int status, String reason) {
    if (isTemporary(status)) {
      request.header("Retry-After", "1");
    } else {
      // Jetty closes the connection if it cannot read a form, but does not announce it.
      request.header("Connection", "close");
    }
    request.status(status).json(JsonNodeFactory.instance.objectNode().put("error", reason));
  }

  /** Returns true if the same request may succeed a second later. */
  static boolean isTemporary(int status) {
    return status == HttpStatus.SERVICE_UNAVAILABLE_503
        || status == HttpStatus.TOO_MANY_REQUESTS_429;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    // Jetty's own message may reveal internals.
    String reason =
        status >= HttpStatus.INTERNAL_SERVER_ERROR_500
            ? "the server failed"
            : HttpStatus.getMessage(status) + "; see /openapi.yaml";
    writeAndClose(response, callback, status, reason);
    return true;
  }
}
