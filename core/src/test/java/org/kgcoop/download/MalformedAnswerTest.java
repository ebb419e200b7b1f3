package org.kgcoop.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.KgCoopException.Category;
import org.kgcoop.clip.Caches;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.progress.Progress;

/** Addresses that are none, and servers that break the rules of HTTP. */
class MalformedAnswerTest {
  @TempDir Path folder;

  private final RawServer server = new RawServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private static Downloader downloader(Map<String, String> environment) {
    return new Downloader(
        false,
        Progress.SILENT,
        environment,
        Duration.ofSeconds(20),
        Duration.ofMillis(1),
        PartialFile.Sink.CHANNEL,
        target -> Long.MAX_VALUE);
  }

  private Path target() {
    return folder.resolve("notes");
  }

  private void fetch() {
    downloader(Map.of()).fetch(Link.of(server.address()), target());
  }

  private void assertOneLine(ThrowingCallable action, Category category, String... parts) {
    assertThatThrownBy(action)
        .asInstanceOf(type(KgCoopException.class))
        .satisfies(e -> assertThat(e.category()).isEqualTo(category))
        .satisfies(e -> assertThat(e).hasMessageContainingAll(parts));
    assertThat(target()).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "huggingface.co/x",
        "ftp://huggingface.co/x",
        "http://[bad/x",
        "https:///x",
        "https:x",
        "https://a b/x",
        "https://host:99999/x",
        "https://me:secret@host/x",
        "file:///etc/passwd"
      })
  void anAddressThatIsNoneIsRejected(String address) {
    assertOneLine(
        () -> Link.of(address),
        Category.CONFIGURATION,
        "expected an address such as https://HOST/FILE");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "huggingface.co",
        "ftp://huggingface.co",
        "http://[bad",
        "https://hub example",
        "https://hub/?a=b",
        "https://hub/#a",
        "https://hub:99999"
      })
  void anHfEndpointThatIsNoAddressIsNamed(String endpoint) {
    ReleasedWeights weights = weights(endpoint);

    assertOneLine(
        () -> weights.locate("hf:owner/name"),
        Category.CONFIGURATION,
        "HF_ENDPOINT '" + endpoint + "'",
        "expected an address such as https://huggingface.co");
  }

  private ReleasedWeights weights(String endpoint) {
    return new ReleasedWeights(
        new Caches(folder.resolve("clip"), folder.resolve("hub"), folder.resolve("own")),
        new Downloader(true, Progress.SILENT),
        Map.of("HF_ENDPOINT", endpoint),
        warning -> {});
  }

  @ParameterizedTest
  @CsvSource({
    "'', https://huggingface.co/",
    "' ', https://huggingface.co/",
    "' https://hub.example/mirror// ', https://hub.example/mirror/",
    "HTTPS://hub.example, HTTPS://hub.example/"
  })
  void anHfEndpointMayHaveAPathOrNoValue(String endpoint, String base) {
    assertThatThrownBy(() -> weights(endpoint).locate("hf:owner/name"))
        .hasMessageStartingWith(base + "owner/name/resolve/main/config.json: offline");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: abc",
        "Content-Length: -5",
        "Content-Length: 12345678901234567890123",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 5",
        "Transfer-Encoding: chunked"
      })
  void headersThatBreakTheRulesEndInOneLine(String headers) {
    server.answer("HTTP/1.1 200 OK\r\n" + headers + "\r\n\r\nword");

    assertOneLine(this::fetch, Category.IO, server.address(), target().toString());
  }

  @Test
  void aStatusThatIsNoneEndsInOneLine() {
    server.answer("HTTP/1.1 abc\r\n\r\n");
    assertOneLine(this::fetch, Category.IO, server.address(), target().toString());
    server.answer("220 ftp.example ready\r\n");
    assertOneLine(this::fetch, Category.IO, server.address(), target().toString());
    server.answer("");
    assertOneLine(this::fetch, Category.IO, server.address(), target().toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://[::bad",
        "ftp://host/x",
        "http:///x",
        "http://a b/",
        "mailto:x",
        "http://h:99999/"
      })
  void aRedirectionToNoAddressIsExplained(String location) {
    server.answer("HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n");

    assertOneLine(
        this::fetch, Category.IO, "the server redirects to '" + location + "'", "by hand");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aRedirectionToNowhereOrInACircleIsExplained() {
    server.answer("HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n");
    assertOneLine(this::fetch, Category.IO, "the server redirects to ''");

    server.answer("HTTP/1.1 307 Again\r\nLocation: file\r\nContent-Length: 0\r\n\r\n");
    assertOneLine(this::fetch, Category.IO, "the server redirects more than 10 times");
    assertThat(server.requests()).hasSize(11);
  }

  @Test
  void anEncryptedAddressIsNeverExchangedForAPlainOne() {
    Link link = Link.of("https://host.example/a/file");

    assertThatThrownBy(() -> link.redirected("http://host.example/file"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not encrypted");
    assertThat(link.redirected("../b").address()).hasToString("https://host.example/b");
    assertThat(link.redirected("//other.example/b").address())
        .hasToString("https://other.example/b");
    assertThat(Link.of("http://host.example").redirected("https://host.example/b").address())
        .hasToString("https://host.example/b");
  }

  private static String part(String range, String tag) {
    return "HTTP/1.1 206 Partial\r\nETag: "
        + tag
        + "\r\nContent-Range: bytes "
        + range
        + "\r\nContent-Length: 2\r\n\r\nrd";
  }

  /** After a part that does not fit, the file is requested from its beginning. */
  @ParameterizedTest
  @CsvSource({
    "0-1/4, '\"1\"'",
    "3-4/4, '\"1\"'",
    "2-3/99999999999999999999, '\"1\"'",
    "2-3/99999999999999999, '\"1\"'",
    "-2--3/4, '\"1\"'",
    "2-3/3, '\"1\"'",
    "2-3/4, '\"2\"'"
  })
  void aPartOfAnotherFileIsNotAppended(String range, String tag) throws IOException {
    String whole = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 4\r\n\r\n";
    server.answers(List.of(whole + "wo", part(range, tag), whole + "word"));

    fetch();

    assertThat(target()).hasContent("word");
    assertThat(server.requests()).hasSize(3);
  }

  @Test
  void theRightPartIsAppended() throws IOException {
    String whole = "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 4\r\n\r\nwo";
    server.answers(List.of(whole, part("2-3/4", "\"1\"")));

    fetch();

    assertThat(target()).hasContent("word");
  }

  @Test
  void aProxyThatIsNoAddressIsNamedWithoutItsPassword() {
    for (String proxy : List.of("http://me:secret@host:99999", "http://me:secret@", "[", "x://h")) {
      assertOneLine(
          () ->
              downloader(Map.of("http_proxy", proxy))
                  .fetch(new Link(URI.create("http://host.example/x"), null), target()),
          Category.CONFIGURATION,
          "http_proxy",
          "expected http://HOST:PORT");
    }
    assertThatThrownBy(() -> downloader(Map.of("http_proxy", "http://me:secret@host:99999")))
        .hasMessageNotContaining("secret");
  }

  /** Sends given bytes as its answers, whatever is requested. The last answer is repeated. */
  private static final class RawServer implements AutoCloseable {
    private final ServerSocket socket;
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile List<String> answers = List.of("");

    RawServer() {
      try {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Thread thread = new Thread(this::serve, "raw server");
      thread.setDaemon(true);
      thread.start();
    }

    String address() {
      return "http://127.0.0.1:" + socket.getLocalPort() + "/file";
    }

    void answer(String answer) {
      answers(List.of(answer));
    }

    void answers(List<String> next) {
      answers = next;
      requests.clear();
    }

    List<String> requests() {
      return requests;
    }

    private void serve() {
      while (!socket.isClosed()) {
        try (Socket connection = socket.accept()) {
          BufferedReader in =
              new BufferedReader(
                  new InputStreamReader(connection.getInputStream(), StandardCharsets.ISO_8859_1));
          String request = in.readLine();
          if (request == null) {
            continue;
          }
          String line = request;
          while (line != null && !line.isEmpty()) {
            line = in.readLine();
          }
          String answer = answers.get(Math.min(requests.size(), answers.size() - 1));
          requests.add(request);
          connection.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
          connection.getOutputStream().flush();
        } catch (IOException e) {
          // the client closed the connection, or the test is over
        }
      }
    }

    @Override
    public void close() {
      try {
        socket.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
