package org.kgcoop.serve.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.NetworkConnector;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of the timeout for the header of a request. */
class HeaderDeadlineTest {
  private static final int LIMIT_MILLISECONDS = 500;

  private final Server server = new Server(0);

  @BeforeEach
  void start() throws Exception {
    BodyReader bodies = new BodyReader(1000, 1000, Duration.ofSeconds(60), new HeapWatch(1));
    bodies.setHandler(
        new Handler.Abstract() {
          @Override
          public boolean handle(Request request, Response response, Callback callback)
              throws IOException {
            String body = Content.Source.asString(request);
            Content.Sink.write(response, true, body.length() + " bytes", callback);
            return true;
          }
        });
    server.setHandler(new HeaderDeadline(bodies, LIMIT_MILLISECONDS));
    server.start();
  }

  @AfterEach
  void stop() throws Exception {
    server.stop();
  }

  private Socket connect() throws IOException {
    int port = ((NetworkConnector) server.getConnectors()[0]).getLocalPort();
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(100_000);
    return socket;
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads up to and including a text. */
  private static String readTo(Socket socket, String end) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(end) < 0) {
      int next = socket.getInputStream().read();
      assertThat(next).as("the server closed the connection after " + read).isNotNegative();
      read.append((char) next);
    }
    return read.toString();
  }

  @Test
  void cutsOffAHeaderThatStops() throws IOException {
    try (Socket socket = connect()) {
      write(socket, "GET / HTTP/1.1\r\nX: ");
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void cutsOffAHeaderThatArrivesByteByByte() throws Exception {
    try (Socket socket = connect()) {
      write(socket, "GET / HTTP/1.1\r\nX: ");
      socket.setSoTimeout(20);
      for (int i = 0; true; i++) {
        assertThat(i).isLessThan(1000);
        try {
          write(socket, "x");
          assertThat(socket.getInputStream().read()).isEqualTo(-1);
          return;
        } catch (SocketTimeoutException e) {
          // The connection is open.
        } catch (SocketException e) {
          return; // closed while the client wrote
        }
      }
    }
  }

  /**
   * A client with a large body first waits for status 100. Its body may take longer than a header.
   */
  @Test
  void allowsABodyToTakeLongerThanAHeader() throws Exception {
    try (Socket socket = connect()) {
      write(
          socket,
          "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
      assertThat(readTo(socket, "\r\n\r\n")).startsWith("HTTP/1.1 100 ");
      cutsOffAHeaderThatStops(); // this takes longer than the timeout
      write(socket, "body");
      assertThat(readTo(socket, "4 bytes")).startsWith("HTTP/1.1 200 ");
      // The server closes the connection, because no other header arrives.
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }
}
