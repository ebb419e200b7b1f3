package org.kgcoop.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.AbstractConnector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.handler.QoSHandler;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.kgcoop.Waiting;

/** Tests of request bodies that arrive slowly, incompletely or in too large numbers. */
@Timeout(120)
class BodyReaderTest {
  private static final int MAX_BYTES = 1000;

  private final HeapWatch heap = new HeapWatch(1);
  private final BodyReader bodies = reader(Duration.ofSeconds(60));
  private final CountDownLatch released = new CountDownLatch(1);
  private final CountDownLatch handled = new CountDownLatch(1);
  private final CountDownLatch idle = new CountDownLatch(1);
  private final Server server = new Server(0);

  private BodyReader reader(Duration grace) {
    BodyReader reader = new BodyReader(MAX_BYTES, 1500, grace, heap);
    QoSHandler limit = HttpServer.activeLimit(1);
    reader.setHandler(limit);
    limit.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws IOException {
            String body = Content.Source.asString(request);
            if (body.startsWith("memory")) {
              throw new OutOfMemoryError("Java heap space");
            }
            if (body.startsWith("wait")) {
              request.getConnectionMetaData().getConnection().getEndPoint().setIdleTimeout(100);
              request.addIdleTimeoutListener(
                  timeout -> {
                    idle.countDown();
                    return false;
                  });
              handled.countDown();
              try {
                released.await();
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
            Content.Sink.write(response, true, body.length() + " bytes", callback);
            return true;
          }
        });
    return reader;
  }

  @BeforeEach
  void start() throws Exception {
    server.setHandler(bodies);
    server.setErrorHandler(new ErrorResponses("see /openapi.yaml"));
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    released.countDown();
    awaitRest(); // all bodies are released
    server.stop();
  }

  private Socket connect() throws IOException {
    int port = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(100_000);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    OutputStream out = socket.getOutputStream();
    out.write(text.getBytes(StandardCharsets.US_ASCII));
    out.flush();
  }

  private static String header(String length) {
    return "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + length + "\r\n\r\n";
  }

  private static String answer(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private String post(String body) throws IOException {
    try (Socket socket = connect()) {
      write(socket, header("Content-Length: " + body.length()) + body);
      return answer(socket);
    }
  }

  private String postUnchecked(String body) {
    try {
      return post(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until no body is counted. A client can read its response before that. */
  private void awaitRest() {
    Waiting.until(() -> bodies.bytes() == 0);
  }

  @Test
  void readsBodiesInAnyNumberOfParts() throws IOException {
    assertThat(post("x".repeat(MAX_BYTES))).contains(" 200 ").endsWith("1000 bytes");
    awaitRest();
    try (Socket socket = connect()) {
      write(socket, header("Transfer-Encoding: chunked") + "3\r\nabc\r\n");
      write(socket, "4\r\ndefg\r\n0\r\n\r\n");
      assertThat(answer(socket)).contains(" 200 ").endsWith("7 bytes");
    }
  }

  @Test
  void anErrorOfMemoryIsTemporary() throws IOException {
    assertThat(post("memory"))
        .contains(" 503 ", "Retry-After: 1")
        .endsWith("{\"error\":\"the server is out of memory; try again later\"}");
    // The client can read its answer before the server counts the request as done.
    Waiting.until(() -> postUnchecked("x").contains(" 200 "));
  }

  /** Starts the server again with a reader and a timeout of idle connections. */
  private BodyReader restart(Duration grace, Duration idleTimeout) throws Exception {
    server.stop();
    BodyReader reader = reader(grace);
    server.setHandler(reader);
    ((AbstractConnector) server.getConnectors()[0]).setIdleTimeout(idleTimeout.toMillis());
    server.start();
    return reader;
  }

  private static void assertTooSlow(String answer, BodyReader reader) {
    assertThat(answer).contains(" 408 ").contains("too slowly").contains("nosniff");
    Waiting.until(() -> reader.bytes() == 0);
  }

  @Test
  void cutsOffASenderThatStops() throws Exception {
    BodyReader reader = restart(Duration.ofSeconds(60), Duration.ofMillis(200));
    try (Socket socket = connect()) {
      write(socket, header("Content-Length: 900") + "x".repeat(10));
      assertTooSlow(answer(socket), reader);
    }
  }

  @Test
  void cutsOffASlowSender() throws Exception {
    BodyReader reader = restart(Duration.ofMillis(200), Duration.ofSeconds(60));
    try (Socket socket = connect()) {
      write(socket, header("Content-Length: 900"));
      for (int i = 0; socket.getInputStream().available() == 0; i++) { // too few after the grace
        assertThat(i).isLessThan(900);
        write(socket, "x");
        Thread.sleep(20);
      }
      assertTooSlow(answer(socket), reader);
    }
  }

  @Test
  void rejectsLargeBodiesWithAndWithoutALength() throws IOException {
    assertThat(post("x".repeat(MAX_BYTES + 1))).contains(" 413 ");
    try (Socket socket = connect()) {
      write(socket, header("Transfer-Encoding: chunked") + "3e9\r\n" + "x".repeat(1001));
      assertThat(answer(socket)).contains(" 413 ").contains("at most 1000 bytes");
    }
  }

  @Test
  void limitsTheMemoryOfBodiesAndTheActiveRequests() throws Exception {
    CompletableFuture<String> first =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return post("wait" + "x".repeat(896));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    handled.await();
    assertThat(post("x".repeat(900))).contains(" 503 ").contains("large bodies");
    assertThat(post("x")).contains(" 503 ").contains("too many requests").contains("Retry-After");
    released.countDown();
    assertThat(first.join()).contains(" 200 ").endsWith("900 bytes");
    awaitRest();
    assertThat(post("x".repeat(900))).contains(" 200 ");
  }

  @Test
  void allowsAnswersLongerThanTheIdleTimeout() throws Exception {
    try (Socket socket = connect()) {
      write(socket, header("Content-Length: 4") + "wait");
      handled.await();
      idle.await();
      released.countDown();
      assertThat(answer(socket)).contains(" 200 ").endsWith("4 bytes");
    }
  }

  @Test
  void releasesTheBodyOfADroppedConnection() throws Exception {
    try (Socket socket = connect()) {
      write(socket, header("Content-Length: 900") + "x".repeat(100));
      Waiting.until(() -> bodies.bytes() > 0);
    }
    Waiting.until(() -> bodies.bytes() == 0);
  }
}
