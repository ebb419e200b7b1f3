package org.kgcoop.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/**
 * Answers to requests that reach no endpoint: JSON with a reason, as endpoints refuse. As the
 * server's error handler it answers what Jetty refuses by itself, such as what is no HTTP.
 */
final class Refusals extends ErrorHandler {

  /** Answers a request whose body is not read to its end: the next needs another connection. */
  static void writeAndClose(Response response, Callback callback, int status, String reason) {
    response.getHeaders().put(HttpHeader.CONNECTION, "close");
    write(response, callback, status, reason);
  }

  /** Answers a request of which nothing more comes. */
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

  /** Whether the same request may succeed a second later. */
  static boolean isTemporary(int status) {
    return status == HttpStatus.SERVICE_UNAVAILABLE_503
        || status == HttpStatus.TOO_MANY_REQUESTS_429;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = response.getStatus();
    // Jetty's own message may name what is inside.
    String reason =
        status >= HttpStatus.INTERNAL_SERVER_ERROR_500
            ? "the server failed"
            : HttpStatus.getMessage(status) + "; see /openapi.yaml";
    writeAndClose(response, callback, status, reason);
    return true;
  }
}
