package org.kgcoop.serve.label;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.image.Images;
import org.kgcoop.label.Labeling;
import org.kgcoop.serve.http.ServerSettings;

/** A labeling server on a free port, and a client that knows its token. */
final class LabelSite implements AutoCloseable {
  static final int MAX_BODY = 4 << 20;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  final List<String> log = new ArrayList<>();
  final String token;
  final LabelServer server;
  private final int port; // the server has none any more after its end

  LabelSite(ResultsWriter results) {
    this(results, ServerSettings.newToken(), 0, System::nanoTime);
  }

  private LabelSite(ResultsWriter results, String token, int port, LongSupplier clock) {
    this.token = token;
    server =
        new LabelServer(
            new ServerSettings(
                "127.0.0.1",
                port,
                token,
                new ServerSettings.Limits(
                    8, Duration.ofSeconds(20), MAX_BODY, 0, Images.DEFAULT_MAX_PIXELS)),
            Path.of("target", "sessions", token),
            results,
            log::add,
            clock);
    this.port = server.port();
  }

  /** Serves a session whose results are one line and a report. */
  static LabelSite of(Labeling labeling) {
    return of(labeling, System::nanoTime);
  }

  /** Serves a session with a clock that returns nanoseconds. */
  static LabelSite of(Labeling labeling, LongSupplier clock) {
    LabelSite site = new LabelSite(new FewResults(), ServerSettings.newToken(), 0, clock);
    site.server.open(labeling, "");
    return site;
  }

  /** Serves a session at the address and with the token of a site that was closed. */
  static LabelSite again(LabelSite former, Labeling labeling) {
    LabelSite site = new LabelSite(new FewResults(), former.token, former.port, System::nanoTime);
    site.server.open(labeling, "");
    return site;
  }

  /** Serves no session yet. */
  static LabelSite closed() {
    return new LabelSite(new FewResults());
  }

  private static final class FewResults implements ResultsWriter {
    @Override
    public Results write(Labeling session, boolean isLast, Consumer<String> progress) {
      Path report = session.session().resolve("report.html");
      AtomicFile.write(report, out -> out.write("<p>a report</p>".getBytes(UTF_8)));
      return new Results(List.of("labels: x.csv"), Optional.of(report), "./kgcoop predict x y.jpg");
    }

    @Override
    public void stop() {}

    @Override
    public double minutes() {
      return 2;
    }

    @Override
    public String sorting() {
      return "";
    }
  }

  String address() {
    return "http://127.0.0.1:" + port + "/";
  }

  /** An answer of the server. */
  record Answer(int status, JsonNode json) {
    String error() {
      return json.path("error").asText();
    }
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address() + path.substring(1)))
        .header("Authorization", "Bearer " + token);
  }

  static HttpResponse<byte[]> send(HttpRequest.Builder request) {
    try {
      return CLIENT.send(request.build(), BodyHandlers.ofByteArray());
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Answer answer(HttpRequest.Builder request) {
    HttpResponse<byte[]> response = send(request);
    try {
      return new Answer(response.statusCode(), JSON.readTree(response.body()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  Answer get(String path) {
    return answer(request(path));
  }

  /** Sends JSON, in which {@code '} replaces {@code "}. */
  Answer post(String path, String json) {
    return postRaw(path, json.replace('\'', '"'));
  }

  Answer postRaw(String path, String body) {
    return answer(request(path).POST(BodyPublishers.ofString(body)));
  }

  @Override
  public void close() {
    server.close();
  }
}
