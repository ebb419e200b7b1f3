package org.kgcoop.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A file server that can simulate faults. */
public final class FileServer implements AutoCloseable {

  /** Faults of the next requests, in order. Later requests succeed. */
  enum Fault {
    /** Sends half of the bytes, then closes the connection. */
    BREAK,
    /** Sends half of the bytes, then nothing. */
    STALL,
    /** Sends half of the bytes, then 40 bytes per second. */
    SLOW,
    /** Answers a range with the beginning of the file. */
    WRONG_PART,
    /** Returns 503. */
    BUSY,
    /** Sends all bytes without their number. */
    NO_LENGTH
  }

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final List<Fault> faults = Collections.synchronizedList(new ArrayList<>());
  private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
  private final List<String> authorizations = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, String> headers = new ConcurrentHashMap<>();
  private final Map<String, String> redirections = new ConcurrentHashMap<>();
  private volatile String tag = "\"1\"";
  private volatile String token = "";

  public FileServer() {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext("/", this::answer);
    server.setExecutor(threads);
    server.start();
  }

  public String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
  }

  int port() {
    return server.getAddress().getPort();
  }

  public void put(String name, byte[] content) {
    files.put("/" + name, content);
  }

  byte @Nullable [] content(String name) {
    return files.get("/" + name);
  }

  void remove(String name) {
    files.remove("/" + name);
  }

  /** Returns the tokens of the requests so far. */
  List<String> authorizations() {
    return List.copyOf(authorizations);
  }

  void fail(Fault... next) {
    faults.addAll(Arrays.asList(next));
  }

  /** Answers 401 to requests without this token. */
  void requireToken(String required) {
    token = required;
  }

  /** Redirects the requests of a file to another address. */
  void redirect(String name, String address) {
    redirections.put("/" + name, address);
  }

  /** Changes the version of the files. */
  void tag(String newTag) {
    tag = newTag;
  }

  /** Adds a header to every response, including redirections. */
  void header(String name, String value) {
    headers.put(name, value);
  }

  /** Returns the path and the range of each request so far. */
  List<String> requests() {
    return List.copyOf(requests);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String range = exchange.getRequestHeaders().getFirst("Range");
      String authorization = exchange.getRequestHeaders().getFirst("Authorization");
      if (authorization != null) {
        authorizations.add(authorization);
      }
      requests.add(path + (range == null ? "" : " " + range));
      headers.forEach(exchange.getResponseHeaders()::set);
      if (!token.isEmpty() && !("Bearer " + token).equals(authorization)) {
        exchange.sendResponseHeaders(401, -1);
        return;
      }
      if (path.startsWith("/moved/") || redirections.containsKey(path)) {
        exchange
            .getResponseHeaders()
            .set("Location", redirections.getOrDefault(path, path.replaceFirst("/moved", "")));
        exchange.sendResponseHeaders(302, -1);
        return;
      }
      Fault fault = faults.isEmpty() ? null : faults.remove(0);
      byte[] content = files.get(path);
      if (content == null || fault == Fault.BUSY) {
        exchange.sendResponseHeaders(content == null ? 404 : 503, -1);
        return;
      }
      exchange.getResponseHeaders().set("ETag", tag);
      int from = 0;
      if (range != null && tag.equals(exchange.getRequestHeaders().getFirst("If-Range"))) {
        from = Integer.parseInt(range.replaceAll("\\D", ""));
        exchange
            .getResponseHeaders()
            .set(
                "Content-Range",
                "bytes %s-%s/%s"
                    .formatted(
                        fault == Fault.WRONG_PART ? 0 : from, content.length - 1, content.length));
      }
      exchange.sendResponseHeaders(
          from > 0 ? 206 : 200, fault == Fault.NO_LENGTH ? 0 : content.length - from);
      OutputStream out = exchange.getResponseBody();
      int length = content.length - from;
      boolean whole = fault == null || fault == Fault.NO_LENGTH;
      out.write(content, from, whole ? length : length / 2);
      out.flush();
      if (fault == Fault.STALL) {
        closed.await(20, TimeUnit.SECONDS);
      }
      for (int i = 0; fault == Fault.SLOW && i < 200; i++) { // until the client gives up
        out.write(content, length / 2 + i, 1);
        out.flush();
        closed.await(25, TimeUnit.MILLISECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdown();
  }
}
