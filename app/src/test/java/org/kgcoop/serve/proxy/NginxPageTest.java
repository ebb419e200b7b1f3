package org.kgcoop.serve.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.Chromium;
import org.kgcoop.api.Classifier;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ReverseProxy;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** The page in a real browser behind a real nginx. Skipped if one of them is not installed. */
@Tag("system")
class NginxPageTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final String HOST = "example.org";

  @TempDir static Path folder;
  private static @Nullable Chromium browser;
  private static Clip clip;
  private static ModelRegistry models;
  private static Path image;
  private static final List<AutoCloseable> OPEN = new ArrayList<>();
  private static final BlockingQueue<String> LINES = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start() throws InterruptedException {
    browser =
        Chromium.start(
            folder.resolve("profile"),
            "--ignore-certificate-errors",
            "--proxy-bypass-list=" + HOST,
            "--host-resolver-rules=MAP " + HOST + " 127.0.0.1");
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    clip = Clip.load(folder.resolve("clip"));
    models =
        new ModelRegistry(
            Map.of("pets", Classifier.zeroShot(clip, List.of("cat", "dog"), "a {}.")));
    SampleDrawings.copyTo(folder.resolve("drawings"));
    image = folder.resolve("drawings/bell/0.png");
  }

  @AfterAll
  static void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    for (AutoCloseable each : OPEN) {
      each.close();
    }
    models.close();
    clip.close();
  }

  private static Chromium browser() {
    return Chromium.orSkip(browser);
  }

  private static int serve(@Nullable String token, @Nullable String publicUrl) {
    Limits limits = new Limits(8, Duration.ofSeconds(20), 1 << 20, 0, 1 << 20);
    ReverseProxy proxy = ReverseProxy.of(publicUrl, List.of("127.0.0.1"));
    ServerSettings settings = new ServerSettings("127.0.0.1", 0, token, limits, proxy);
    ClassifierServer server =
        new ClassifierServer(clip, models, "a {}.", settings, line -> {}, LINES::add);
    OPEN.add(server);
    return server.port();
  }

  private static void nginx(String name, String servers, int port)
      throws IOException, InterruptedException {
    OPEN.add(0, Nginx.start(folder.resolve(name), servers, port));
  }

  /** Classifies an image on the open page and returns the addresses that the page asked for. */
  private static List<String> classify() {
    browser().drop(image);
    browser().await("document.querySelector('#best-name').textContent");
    assertThat(browser().value("document.querySelector('#best-name').textContent").asText())
        .isIn("cat", "dog");
    assertThat(browser().complaints()).isEmpty();
    return browser().requests();
  }

  /** The configuration of the documents: TLS, a path, a token, and one of two processes. */
  @Test
  void thePageWorksWithTheConfigurationOfTheDocuments() throws Exception {
    int tls = Nginx.freePort();
    String url = "https://" + HOST + ":" + tls + "/pets";
    int server = serve(TOKEN, url);
    int stopped = Nginx.freePort();
    Nginx.writeCertificate(folder, HOST);
    nginx(
        "documented",
        Nginx.document(
            "nginx.conf",
            Map.of(
                "listen 443 ssl", "listen 127.0.0.1:" + tls + " ssl",
                "127.0.0.1:8081", "127.0.0.1:" + stopped,
                "127.0.0.1:8082", "127.0.0.1:" + server,
                "/etc/ssl/example.org.pem", folder + "/cert.pem",
                "/etc/ssl/private/example.org.key", folder + "/key.pem")),
        tls);
    browser().look(1280, 900, false);
    browser().open(url); // nginx adds the slash
    browser().await("!document.querySelector('#token-form').hidden");
    browser().click("document.querySelector('#token')");
    browser().type(TOKEN);
    browser().press("Enter");
    browser().await("document.querySelector('#about-model').textContent.includes('cat')");
    assertThat(classify()).allMatch(asked -> asked.startsWith("blob:") || asked.startsWith(url));
    String key = "{headers: {Authorization: 'Bearer " + TOKEN + "'}}";
    assertThat(fetched("fetch('openapi.yaml', " + key + ").then((r) => r.text())"))
        .contains("- {url: /pets}");
    assertThat(fetched("fetch('metrics', " + key + ").then((r) => r.status)")).isEqualTo("404");
    assertThat(fetched("fetch('v1/models').then((r) => r.status)")).isEqualTo("401");
    assertThat(fetched("fetch('health').then((r) => r.text())")).isEqualTo("{\"ready\":true}");
  }

  /** A program that reads JSON gets JSON, also if nginx answers and not kgcoop. */
  @Test
  void theErrorsOfTheProxyAreJson() throws Exception {
    int port = Nginx.freePort();
    int stopped = Nginx.freePort();
    nginx(
        "errors",
        Nginx.document(
            "nginx.conf",
            Map.of(
                "listen 443 ssl",
                "listen 127.0.0.1:" + port,
                "ssl_certificate /etc/ssl/example.org.pem;",
                "",
                "ssl_certificate_key /etc/ssl/private/example.org.key;",
                "",
                "127.0.0.1:8081",
                "127.0.0.1:" + stopped,
                "127.0.0.1:8082",
                "127.0.0.1:" + stopped,
                "client_max_body_size 32m",
                "client_max_body_size 1k")),
        port);
    HttpClient client = HttpClient.newHttpClient();
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pets/v1/classify"))
            .timeout(Duration.ofSeconds(60));
    HttpResponse<String> large =
        client.send(
            request
                .expectContinue(true)
                .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[1025]))
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(large.statusCode()).isEqualTo(413);
    assertThat(large.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(large.body()).startsWith("{\"error\":\"");
    HttpResponse<String> none =
        client.send(request.GET().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(none.statusCode()).isEqualTo(502);
    assertThat(none.body()).startsWith("{\"error\":\"");
  }

  private static String fetched(String expression) {
    return browser().value(expression).asText();
  }

  /** A block without a path and without TLS. */
  private static String block(int port, int server, String header) {
    return """
        server {
          listen 127.0.0.1:%s;
          location / { %s proxy_pass http://127.0.0.1:%s; }
        }
        """
        .formatted(port, header, server);
  }

  private static final String SAME_HOST = "proxy_set_header Host $http_host;";

  @Test
  void thePageWorksWithoutAPathAndTheLogHasTheCaller() throws Exception {
    int front = Nginx.freePort();
    int server = serve(null, "http://" + HOST + ":" + front);
    String forwarded = "proxy_set_header X-Forwarded-For 192.0.2.9;";
    nginx("root", block(front, server, forwarded), front); // nginx's default Host
    LINES.clear();
    browser().open("http://" + HOST + ":" + front + "/");
    classify();
    String line = "";
    while (!line.contains("POST /v1/classify")) {
      line = LINES.poll(2, TimeUnit.MINUTES);
      assertThat(line).isNotNull().startsWith("192.0.2.9 ");
    }
  }

  /** Without --public-url, the page or a text says what is wrong. */
  @Test
  void aMissingOptionIsNamedOnThePage() throws Exception {
    int server = serve(null, null);
    int same = Nginx.freePort();
    int usual = Nginx.freePort();
    nginx("unknown", block(same, server, SAME_HOST) + block(usual, server, ""), same);
    browser().open("http://" + HOST + ":" + same + "/");
    assertThat(browser().value("document.body.innerText").asText())
        .contains("answers only to localhost", "start it with --public-url");
    browser().open("http://" + HOST + ":" + usual + "/");
    browser().await("document.querySelector('#about-model').textContent.includes('cat')");
    browser().drop(image);
    browser().await("document.querySelector('#problem').textContent");
    assertThat(browser().value("document.querySelector('#problem').textContent").asText())
        .contains("a page of another site", "start it with --public-url");
  }
}
