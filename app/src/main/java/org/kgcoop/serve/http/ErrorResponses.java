package org.kgcoop.serve.http;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.http.Context;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Errors as JSON, or as text for browsers. As the error handler of the server, this class also
 * answers requests that Jetty rejects, such as invalid HTTP and requests beyond a limit.
 */
final class ErrorResponses extends ErrorHandler {
  /** The time in which further bytes are discarded after a rejection. */
  private static final long LINGER_MILLISECONDS = 1000;

  private final String hint;

  /**
   * Creates the error handler of a server.
   *
   * @param hint what a client can do after a request that no route accepts
   */
  ErrorResponses(String hint) {
    this.hint = hint;
  }

  /** Answers a request whose body is not read completely, and closes the connection. */
  static void writeAndClose(Response response, Callback callback, HttpErrorException error) {
    Request request = response.getRequest();
    SecurityHeaders.putOn(response.getHeaders());
    response.setStatus(error.status());
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    if (isTemporary(error.status())) {
      response.getHeaders().put(HttpHeader.RETRY_AFTER, retryAfter(error.status()));
    }
    String message = String.valueOf(error.getMessage());
    // A person who opens an address reads a sentence; programs and pages read JSON.
    boolean person = request.getHeaders().contains(HttpHeader.ACCEPT, "text/html");
    response
        .getHeaders()
        .put(HttpHeader.CONTENT_TYPE, person ? "text/plain; charset=utf-8" : "application/json");
    String text =
        person ? message : JsonNodeFactory.instance.objectNode().put("error", message).toString();
    response.write(
        true,
        ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)),
        Callback.from(() -> discardRest(request, callback), callback::failed));
  }

  /**
   * Discards the rest of a body. If a connection is closed with unread bytes, it is reset, and the
   * client may lose the answer.
   */
  private static void discardRest(Request request, Callback callback) {
    Scheduler.Task end =
        request
            .getComponents()
            .getScheduler()
            .schedule(
                () -> request.fail(new TimeoutException()),
                LINGER_MILLISECONDS,
                TimeUnit.MILLISECONDS);
    Content.Source.consumeAll(
        request,
        Callback.from(
            end::cancel, Callback.from(callback::succeeded, failure -> callback.succeeded())));
  }

  /** Answers a request that has reached the endpoints. */
  static void write(Context request, int status, String message) {
    if (isTemporary(status)) {
      request.header("Retry-After", retryAfter(status));
    } else {
      // Jetty closes the connection if it cannot read a form, but does not announce it.
      request.header("Connection", "close");
    }
    request.status(status).json(Map.of("error", message));
  }

  /** Returns true if the same request may succeed later. */
  private static boolean isTemporary(int status) {
    return status == HttpStatus.SERVICE_UNAVAILABLE_503
        || status == HttpStatus.TOO_MANY_REQUESTS_429;
  }

  /**
   * Returns the seconds to wait. Jetty also counts rejected requests, so that a client that sends
   * one request per second would stay above a limit of one.
   */
  static String retryAfter(int status) {
    return status == HttpStatus.TOO_MANY_REQUESTS_429 ? "2" : "1";
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    // Jetty's own message may reveal internals.
    String message =
        switch (status) {
          case HttpStatus.TOO_MANY_REQUESTS_429 -> "too many requests from this address";
          case HttpStatus.SERVICE_UNAVAILABLE_503 -> "too many requests; try again later";
          default ->
              status >= HttpStatus.INTERNAL_SERVER_ERROR_500
                  ? "the server failed"
                  : HttpStatus.getMessage(status) + "; " + hint;
        };
    writeAndClose(response, callback, new HttpErrorException(status, message));
    return true;
  }
}
