package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.serve.http.ReverseProxy;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Requests as a reverse proxy sends them. The tests are the proxy and write the headers. */
class ReverseProxyTest {
  private static final String PUBLIC = "https://pets.example/pets";

  @TempDir static Path folder;
  private static Clip clip;
  private static ModelRegistry models;
  private static ClassifierServer local;
  private static ClassifierServer proxied;
  private static ClassifierServer limited;
  private static final BlockingQueue<String> LINES = new LinkedBlockingQueue<>();

  @BeforeAll
  static void start() {
    RandomClip.write(folder, RandomClip.TINY, 1);
    clip = Clip.load(folder);
    models =
        new ModelRegistry(
            Map.of("pets", Classifier.zeroShot(clip, List.of("cat", "dog"), "a {}.")));
    local = serve(0, ReverseProxy.NONE);
    proxied = serve(0, ReverseProxy.of(PUBLIC + "/", List.of("127.0.0.1")));
    limited = serve(1, ReverseProxy.of(null, List.of("127.0.0.1")));
  }

  private static ClassifierServer serve(int rate, ReverseProxy proxy) {
    Limits limits = new Limits(8, Duration.ofSeconds(20), 20_000, rate, 1 << 20);
    return new ClassifierServer(
        clip,
        models,
        "a {}.",
        new ServerSettings("127.0.0.1", 0, null, limits, proxy),
        line -> {},
        LINES::add);
  }

  @AfterAll
  static void stop() {
    limited.close();
    proxied.close();
    local.close();
    models.close();
    clip.close();
  }

  /** Sends a request with these headers, and returns the answer. */
  private static String send(ClassifierServer server, String path, String... headers) {
    String request = "GET " + path + " HTTP/1.1\r\nConnection: close\r\n";
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      byte[] bytes =
          (request + String.join("\r\n", headers) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
      socket.getOutputStream().write(bytes);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aWrongHostIsAnsweredWithTheOptionThatHelps() {
    String answer = send(local, "/", "Host: pets.example", "Accept: text/html,*/*");
    assertThat(answer)
        .startsWith("HTTP/1.1 421 ")
        .contains("text/plain", "answers only to localhost; ", "--public-url");
    assertThat(send(local, "/v1/models", "Host: pets.example"))
        .startsWith("HTTP/1.1 421 ")
        .contains("{\"error\":\"", "--public-url");
    assertThat(send(proxied, "/", "Host: dogs.example", "Accept: text/html"))
        .startsWith("HTTP/1.1 421 ")
        .contains("localhost and pets.example", "expected " + PUBLIC + ",");
  }

  /** With nginx's default, the Host is that of the server, and the Origin that of the page. */
  @Test
  void aPageBehindAnUnknownProxyLoadsAndShowsWhatIsWrong() {
    String origin = "Origin: https://pets.example";
    assertThat(send(local, "/page/page.js", "Host: localhost", origin)).startsWith("HTTP/1.1 200 ");
    assertThat(send(local, "/v1/models", "Host: localhost", origin))
        .startsWith("HTTP/1.1 403 ")
        .contains("--public-url");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pets.example", "PETS.example:8443", "localhost", "127.0.0.1:8080"})
  void thePublicNameAndLocalhostAreAccepted(String host) {
    String name = "Host: " + host;
    String origin = "Origin: https://pets.example";
    for (String path : List.of("/v1/models", "/pets/v1/models", "/pets/", "/")) {
      assertThat(send(proxied, path, name, origin)).as(path).startsWith("HTTP/1.1 200 ");
    }
    for (String other :
        List.of("http://pets.example", "https://pets.example:1", "https://pets.example.org")) {
      assertThat(send(proxied, "/v1/models", "Host: 127.0.0.1", "Origin: " + other))
          .as(other)
          .startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void onlyTheOwnPrefixIsRemoved() {
    for (String path : List.of("/pets", "/pets/pets/v1/models", "/petsv1/models", "/x/v1/models")) {
      assertThat(send(proxied, path, "Host: localhost")).as(path).startsWith("HTTP/1.1 404 ");
    }
  }

  @Test
  void noPathMakesTheServerFail() {
    assertThat(send(proxied, "/pets/..", "Host: localhost")).startsWith("HTTP/1.1 404 ");
    List<String> parts =
        List.of("..", ".", "pets", "v1", "models", "", "%2e%2e", "%2f", "..;a", "%00", "a%25", "%");
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      StringBuilder path = new StringBuilder("/pets");
      for (int left = random.nextInt(5); left >= 0; left--) {
        path.append('/').append(parts.get(random.nextInt(parts.size())));
      }
      assertThat(send(proxied, path.toString(), "Host: localhost"))
          .as(path.toString())
          .matches("(?s)HTTP/1.1 [24].*");
    }
  }

  @Test
  void theDescriptionNamesThePathOfTheServer() {
    assertThat(send(local, "/openapi.yaml", "Host: localhost")).contains("- {url: /}");
    assertThat(send(proxied, "/pets/openapi.yaml", "Host: localhost")).contains("- {url: /pets}");
  }

  /** Lines of requests of other tests may come late. Only these requests have the route /health. */
  private static String addressInLog(ClassifierServer server, String forwarded) throws Exception {
    assertThat(send(server, "/health", "Host: localhost", "X-Forwarded-For: " + forwarded))
        .startsWith("HTTP/1.1 200 ");
    String line = "";
    while (!line.contains("/health")) {
      line = LINES.poll(5, TimeUnit.MINUTES);
      assertThat(line).isNotNull();
    }
    return line.split(" ", 2)[0];
  }

  @Test
  void theLogHasTheAddressThatTheProxyAdded() throws Exception {
    assertThat(addressInLog(proxied, "192.0.2.7")).isEqualTo("192.0.2.7");
    assertThat(addressInLog(proxied, "6.6.6.6, 192.0.2.7:4711")).isEqualTo("192.0.2.7");
    assertThat(addressInLog(proxied, "192.0.2.7, 127.0.0.1")).isEqualTo("192.0.2.7");
    assertThat(addressInLog(proxied, "[2001:db8::1]:4711")).contains("2001:db8:");
    for (String nonsense : List.of("", "unknown", "localhost", "1.2.3.4.5", "\"a b\" 1", "::g")) {
      assertThat(addressInLog(proxied, nonsense)).as(nonsense).isEqualTo("127.0.0.1");
    }
    assertThat(addressInLog(local, "192.0.2.7")).isEqualTo("127.0.0.1");
  }

  @Test
  void theRateIsThatOfTheCallerAndSparesThePage() {
    String flood = "X-Forwarded-For: 192.0.2.1";
    String answer = "";
    for (int i = 0; i < 100 && !answer.startsWith("HTTP/1.1 429 "); i++) {
      answer = send(limited, "/v1/models", "Host: localhost", flood);
    }
    assertThat(answer).startsWith("HTTP/1.1 429 ");
    assertThat(send(limited, "/v1/models", "Host: localhost", "X-Forwarded-For: 192.0.2.2"))
        .startsWith("HTTP/1.1 200 ");
    for (String path : List.of("/", "/page/page.js", "/page/page.css", "/page/about.json")) {
      assertThat(send(limited, path, "Host: localhost", flood)).startsWith("HTTP/1.1 200 ");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "pets.example",
        "ftp://pets.example",
        "https://",
        "https://pets.example?a=b",
        "https://me:secret@pets.example",
        "https://pets.example:99999",
        "https://a b"
      })
  void anInvalidPublicAddressIsRejected(String url) {
    assertThatThrownBy(() -> ReverseProxy.of(url, List.of()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith("--public-url " + url + ": expected the address")
        .hasMessageContaining("https://example.org/pets");
  }

  @Test
  void anInvalidProxyIsRejected() {
    for (String peer : List.of("", "no such host", "300.0.0.1")) {
      assertThatThrownBy(() -> ReverseProxy.of(null, List.of(peer)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith("--proxy " + peer + ": expected the address or name");
    }
  }
}
