package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.clip.untrained.RandomClip;

/** A test of SIGTERM to a server process while clients send requests. */
@Tag("system")
class StoppedServerTest {
  private static final int CLIENTS = 6;
  private static final int PATIENCE_MINUTES = 4;
  private static final String GIF =
      "GIF89a\1\0\1\0\u0080\0\0\u00ff\u00ff\u00ff\0\0\0,\0\0\0\0\1\0\1\0\0\2\2D\1\0;";

  @TempDir Path folder;

  @Test
  void answersEveryRequestOfItsOpenConnections() throws Exception {
    Path clip = folder.resolve("clip");
    RandomClip.write(clip, RandomClip.TINY, 1);
    ChildProcess server =
        ChildProcess.start(
            folder.resolve("log.txt"), "serve", "--quiet", "--port", 0, "--clip", clip);
    // serving objects on http://127.0.0.1:40123/ for browsers; ...
    String line = server.firstLine();
    assertThat(line).contains("http://");
    int port = URI.create(line.replaceFirst(".* on (http://[^/]+)/.*", "$1")).getPort();
    CountDownLatch busy = new CountDownLatch(CLIENTS);
    List<CompletableFuture<Integer>> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(
          CompletableFuture.supplyAsync(() -> ask(port, busy), task -> new Thread(task).start()));
    }
    assertThat(busy.await(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(server.terminate()).as(server.log()).isEqualTo(128 + 15);
    for (CompletableFuture<Integer> client : clients) {
      assertThat(client.get(PATIENCE_MINUTES, TimeUnit.MINUTES)).isPositive();
    }
  }

  /**
   * Sends requests until the server announces that it closes the connection. Every request must
   * succeed.
   */
  private static int ask(int port, CountDownLatch busy) {
    byte[] request =
        "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nContent-Length: %s\r\n\r\n%s"
            .formatted(GIF.length(), GIF)
            .getBytes(StandardCharsets.ISO_8859_1);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) TimeUnit.MINUTES.toMillis(PATIENCE_MINUTES));
      long answered = System.nanoTime();
      for (int count = 1; true; count++) {
        String header;
        try {
          socket.getOutputStream().write(request);
          header = header(socket.getInputStream());
        } catch (IOException e) {
          // A stopping server may close a connection that was idle for a second. On a busy machine,
          // this test can be idle for that long.
          if (count > 1 && System.nanoTime() - answered > 900_000_000) {
            return count;
          }
          throw e;
        }
        answered = System.nanoTime();
        assertThat(header).startsWith("HTTP/1.1 200");
        int length = Integer.parseInt(header.replaceFirst("(?s).*Content-Length: (\\d+).*", "$1"));
        assertThat(socket.getInputStream().readNBytes(length)).hasSize(length);
        busy.countDown();
        if (header.contains("Connection: close")) {
          return count;
        }
      }
    } catch (IOException e) {
      throw new IllegalStateException("a request was lost", e);
    }
  }

  private static String header(InputStream in) throws IOException {
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    while (!header.toString(StandardCharsets.ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("after: " + header.toString(StandardCharsets.ISO_8859_1));
      }
      header.write(next);
    }
    return header.toString(StandardCharsets.ISO_8859_1);
  }
}
