package org.kgcoop.serve.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.RequestLog;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;
import org.kgcoop.serve.http.RequestTrace.Stage;

/**
 * Counts each finished request, and optionally writes one JSON line about it. The line contains no
 * text from the request: only patterns of routes and HTTP methods.
 */
final class RequestRecord implements RequestLog {
  private static final String NONE = "other";
  // Non-ASCII characters include line ends and control characters.
  private static final ObjectWriter JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build().writer();

  private final ServerMetrics metrics;
  private final @Nullable Consumer<String> lines;

  RequestRecord(ServerMetrics metrics, @Nullable Consumer<String> lines) {
    this.metrics = metrics;
    this.lines = lines;
  }

  @Override
  public void log(Request request, Response response) {
    RequestTrace trace = RequestTrace.of(request);
    String method = HttpMethod.fromString(request.getMethod()) == null ? NONE : request.getMethod();
    String route = Objects.requireNonNullElse(trace.route(), NONE);
    long nanos = System.nanoTime() - request.getBeginNanoTime();
    metrics.count(method, route, response.getStatus(), nanos, trace);
    if (lines != null) {
      lines.accept(line(request, response, trace, method, route, nanos));
    }
  }

  private static String line(
      Request request,
      Response response,
      RequestTrace trace,
      String method,
      String route,
      long nanos) {
    ObjectNode line = JsonNodeFactory.instance.objectNode();
    line.put("time", Instant.ofEpochMilli(Request.getTimeStamp(request)).toString());
    line.put("client", Request.getRemoteAddr(request));
    line.put("method", method).put("route", route).put("status", response.getStatus());
    line.put("bytes_in", trace.bodyBytes());
    line.put("bytes_out", Response.getContentBytesWritten(response));
    ObjectNode milliseconds = line.putObject("milliseconds");
    milliseconds.put("total", rounded(nanos / 1e6));
    for (Stage stage : Stage.values()) {
      if (trace.milliseconds(stage) > 0) {
        milliseconds.put(stage.name().toLowerCase(Locale.ROOT), rounded(trace.milliseconds(stage)));
      }
    }
    if (trace.model() != null) {
      line.put("model", trace.model());
    }
    try {
      return JSON.writeValueAsString(line);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double rounded(double milliseconds) {
    return Math.rint(milliseconds * 1e3) / 1e3;
  }
}
