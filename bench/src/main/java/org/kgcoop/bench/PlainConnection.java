package org.kgcoop.bench;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * A connection to a server that does as little as HTTP allows. A client on the same machine must
 * leave the cores to the server. The connection also sends requests that no client library would
 * send.
 */
final class PlainConnection implements Closeable {
  private static final int PATIENCE_MILLISECONDS = 60_000;

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private boolean open = true;

  /** A response. */
  record Answer(int status, String body) {}

  PlainConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(PATIENCE_MILLISECONDS);
    in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
    out = socket.getOutputStream();
  }

  /** Returns the header of a POST and its body, in one array. */
  static byte[] post(String path, String more, byte[] body) {
    return concat(
        ascii(
            "POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %s\r\n\r\n"
                .formatted(path, more, body.length)),
        body);
  }

  static byte[] get(String path, String more) {
    return ascii("GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n".formatted(path, more));
  }

  static byte[] concat(byte[] first, byte[] second) {
    byte[] all = java.util.Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  Answer ask(byte[] request) throws IOException {
    write(request, 0, request.length);
    return answer();
  }

  void write(byte[] bytes, int from, int length) throws IOException {
    out.write(bytes, from, length);
    out.flush();
  }

  /**
   * Returns the next response. Throws {@link EOFException} if the server closes the connection
   * without one.
   */
  Answer answer() throws IOException {
    String status = line();
    int length = -1;
    boolean closes = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      String lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Integer.parseInt(lower.substring(15).strip());
      } else if (lower.startsWith("connection:") && lower.contains("close")) {
        closes = true;
      }
    }
    byte[] body = length < 0 ? in.readAllBytes() : in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the response is incomplete");
    }
    open = !closes && length >= 0;
    return new Answer(
        Integer.parseInt(status.split(" ", 3)[1]), new String(body, StandardCharsets.UTF_8));
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("no answer");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /** Returns true if a response has started before the request was complete. */
  boolean hasAnswer() throws IOException {
    return in.available() > 0;
  }

  /** Returns true if another request can be sent on the connection. */
  boolean isOpen() {
    return open;
  }

  @Override
  public void close() throws IOException {
    open = false;
    socket.close();
  }
}
