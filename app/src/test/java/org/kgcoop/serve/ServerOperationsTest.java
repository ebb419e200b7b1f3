package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.docs.MarkdownPage;
import org.kgcoop.image.Images;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Tests for operators of a server: metrics, the log and limits. */
class ServerOperationsTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  // An image of one white pixel: header, size, two colors and the pixel.
  private static final byte[] GIF = {
    'G',
    'I',
    'F',
    '8',
    '9',
    'a',
    1,
    0,
    1,
    0,
    (byte) 0x80,
    0,
    0,
    -1,
    -1,
    -1,
    0,
    0,
    0,
    0x2c,
    0,
    0,
    0,
    0,
    1,
    0,
    1,
    0,
    0,
    2,
    2,
    0x44,
    1,
    0,
    0x3b
  };

  @TempDir static Path folder;
  private static Clip clip;
  private static ModelRegistry models;
  private static ClassifierServer server;
  private static final BlockingQueue<String> LINES = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start() {
    RandomClip.write(folder, RandomClip.TINY, 1);
    clip = Clip.load(folder);
    models =
        new ModelRegistry(
            new LinkedHashMap<>(
                Map.of("pets", Classifier.zeroShot(clip, List.of("cat", "dog"), "a {}."))));
    server = new ClassifierServer(clip, models, "a {}.", settings(0), line -> {}, LINES::add);
  }

  @AfterAll
  static void stop() {
    server.close();
    models.close();
    clip.close();
  }

  private static ServerSettings settings(int rate) {
    return new ServerSettings(
        "127.0.0.1",
        0,
        TOKEN,
        new Limits(8, Duration.ofSeconds(20), 20_000, rate, Images.DEFAULT_MAX_PIXELS));
  }

  private static HttpResponse<String> send(int port, String path, byte[] body) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + TOKEN);
    return CLIENT.send(
        (body.length == 0 ? request.GET() : request.POST(BodyPublishers.ofByteArray(body))).build(),
        BodyHandlers.ofString());
  }

  /**
   * Returns the next log line with a method and a route. The server logs after it responds, so
   * lines of earlier requests can come late.
   */
  private static String line(String request) throws Exception {
    while (true) {
      String line = LINES.poll(5, TimeUnit.MINUTES);
      assertThat(line).isNotNull().doesNotContain("\n").doesNotContain(TOKEN);
      if (line.contains(request)) {
        return line;
      }
    }
  }

  @Test
  void countsAndLogsEachRequest() throws Exception {
    LINES.clear();
    HttpResponse<String> answer = send(server.port(), "/v1/classify", GIF);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    // Common Log Format: address, time, request, status, bytes of the answer; then bytes of the
    // body, microseconds and model.
    assertThat(line("POST /v1/classify"))
        .matches(
            "127\\.0\\.0\\.1 - - \\[\\d\\d/[A-Z][a-z]{2}/\\d{4}:\\d\\d:\\d\\d:\\d\\d \\+0000\\] "
                + "\"POST /v1/classify HTTP/1.1\" 200 %s %s [1-9]\\d+ pets"
                    .formatted(answer.body().length(), GIF.length));

    // A made-up path appears neither in the log nor in the metrics.
    assertThat(send(server.port(), "/no/such%0Aplace?x=%1B", new byte[0]).statusCode())
        .isEqualTo(404);
    assertThat(line("GET -")).contains("\"GET - HTTP/1.1\" 404 ").doesNotContain("place");
    String metrics = send(server.port(), "/metrics", new byte[0]).body();
    assertThat(metrics)
        .contains(
            "http_server_requests_seconds_count{method=\"POST\",status=\"200\",uri=\"/v1/classify\"}")
        .contains("http_server_requests_seconds_bucket{method=\"GET\",status=\"404\",uri=\"other\"")
        .contains("jetty_threads_busy")
        .contains("kgcoop_batch_images_count 2") // the first batch is the warm-up
        .contains("kgcoop_queue_images 0.0")
        .contains("jvm_memory_used_bytes")
        .contains("process_resident_bytes")
        .doesNotContain("place");
  }

  @Test
  void theDashboardOfTheDocumentsUsesMetricsThatExist() throws Exception {
    send(server.port(), "/v1/models", new byte[0]);
    line("GET /v1/models"); // the server counts a request after its answer
    String metrics = send(server.port(), "/metrics", new byte[0]).body();
    Path file = MarkdownPage.TOP.resolve("docs/how-to/production/grafana-dashboard.json");
    List<String> queries = new ObjectMapper().readTree(file.toFile()).findValuesAsText("expr");
    assertThat(queries).hasSizeGreaterThan(8);
    for (String query : queries) {
      Matcher names = Pattern.compile("([a-z_]+)\\{([^}]*)}").matcher(query);
      assertThat(names.find()).as(query).isTrue();
      do {
        assertThat(metrics).as(query).contains("\n" + names.group(1));
        for (String label : names.group(2).split(",")) {
          String name = label.strip().replaceFirst("[=!].*", "");
          assertThat(name.equals("job") || metrics.contains(name + "=\"")).as(query).isTrue();
        }
      } while (names.find());
    }
  }

  /** As promtool check metrics. */
  @Test
  void namesOfMetricsFollowTheRulesOfPrometheus() throws Exception {
    String metrics = send(server.port(), "/metrics", new byte[0]).body();
    Matcher types = Pattern.compile("(?m)^# TYPE (\\S+) (\\S+)$").matcher(metrics);
    int found = 0;
    for (; types.find(); found++) {
      String name = types.group(1);
      assertThat(metrics).contains("# HELP " + name + " ");
      assertThat(name)
          .matches("[a-z][a-z0-9_]*")
          .doesNotMatch(
              ".*_(ns|us|ms|nanoseconds|milliseconds|minutes|hours|kilobytes|megabytes)(_.*)?");
      assertThat(name.endsWith("_total")).as(name).isEqualTo(types.group(2).equals("counter"));
      assertThat(name).doesNotMatch(".*_(count|sum|bucket)");
    }
    assertThat(found).isGreaterThan(20);
  }

  @Test
  void metricsRequireTheToken() throws Exception {
    URI metrics = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
    assertThat(
            CLIENT
                .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                .statusCode())
        .isEqualTo(401);
  }

  @Test
  void limitsTheRateOfAnAddress() throws Exception {
    try (ClassifierServer limited =
        new ClassifierServer(clip, models, "a {}.", settings(1), line -> {}, null)) {
      HttpResponse<String> answer = send(limited.port(), "/v1/models", new byte[0]);
      assertThat(answer.statusCode()).isEqualTo(200); // two requests are allowed at first
      for (int i = 0; i < 100 && answer.statusCode() == 200; i++) {
        answer = send(limited.port(), "/v1/models", new byte[0]);
      }
      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("Retry-After")).contains("2");
      assertThat(answer.body()).contains("too many requests from this address");
      TimeUnit.SECONDS.sleep(2);
      assertThat(send(limited.port(), "/v1/models", new byte[0]).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void rejectsInvalidHttpAsJson() throws IOException {
    for (String nonsense :
        List.of(
            "NONSENSE\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(20_000) + "\r\n\r\n",
            "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
        socket.getOutputStream().write(nonsense.getBytes(StandardCharsets.US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(answer)
            .startsWith("HTTP/1.1 4")
            .contains("{\"error\":\"")
            .contains("Content-Security-Policy: default-src 'none'")
            .doesNotContainIgnoringCase("jetty")
            .doesNotContain("html");
      }
    }
  }
}
