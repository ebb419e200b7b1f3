package org.kgcoop.serve.proxy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.kgcoop.Waiting;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.docs.MarkdownPage;

/** A real nginx with the configuration of the documents, on free ports of this machine. */
final class Nginx implements AutoCloseable {
  static final Path DOCUMENTS = MarkdownPage.TOP.resolve("docs/how-to/production");

  private final ChildProcess process;

  private Nginx(ChildProcess process) {
    this.process = process;
  }

  /**
   * Starts nginx, or skips the test if it is not installed.
   *
   * @param folder a new folder
   * @param servers blocks of the context {@code http}
   * @param port a port of {@code servers}, to wait for
   */
  static Nginx start(Path folder, String servers, int port)
      throws IOException, InterruptedException {
    List<String> folders =
        new ArrayList<>(
            List.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)));
    folders.add("/usr/sbin"); // not on the PATH of every user
    List<Path> found =
        folders.stream().map(each -> Path.of(each, "nginx")).filter(Files::isExecutable).toList();
    assumeTrue(!found.isEmpty(), "nginx is not installed");
    Files.createDirectories(folder);
    String user = System.getProperty("user.name").equals("root") ? "user root;\n" : "";
    String common =
        """
        daemon off;
        worker_processes 1;
        pid %1$s/pid;
        error_log %1$s/error.log;
        events {}
        http {
        access_log off;
        client_body_temp_path %1$s/body;
        proxy_temp_path %1$s/proxy;
        fastcgi_temp_path %1$s/fastcgi;
        uwsgi_temp_path %1$s/uwsgi;
        scgi_temp_path %1$s/scgi;
        %2$s
        }
        """
            .formatted(folder, servers);
    Path file = Files.writeString(folder.resolve("nginx.conf"), user + common);
    ChildProcess process =
        ChildProcess.start(
            new ProcessBuilder(found.get(0).toString(), "-p", folder + "/", "-c", file.toString()),
            folder.resolve("nginx.log"));
    Waiting.until(() -> accepts(port) || ends(process));
    return new Nginx(process);
  }

  private static boolean accepts(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean ends(ChildProcess process) {
    try {
      if (process.endsWithin(1)) {
        throw new IllegalStateException("nginx has ended: " + process.log());
      }
      return false;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a free port of this machine. */
  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Returns a file of the documents with some texts replaced. Each text must occur in the file. */
  static String document(String name, Map<String, String> replacements) throws IOException {
    String text = Files.readString(DOCUMENTS.resolve(name));
    for (Map.Entry<String, String> each : replacements.entrySet()) {
      if (!text.contains(each.getKey())) {
        throw new IllegalStateException(name + " has no " + each.getKey());
      }
      text = text.replace(each.getKey(), each.getValue());
    }
    return text;
  }

  /** Writes {@code cert.pem} and {@code key.pem} with a new certificate that nobody has signed. */
  static void writeCertificate(Path folder, String host)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = folder.resolve("keys.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    List<String> command = new ArrayList<>(List.of(keytool, "-genkeypair"));
    command.addAll(List.of("-alias", "a", "-keyalg", "EC", "-storepass", "secret"));
    command.addAll(List.of("-dname", "CN=" + host, "-ext", "SAN=DNS:" + host));
    command.addAll(List.of("-keystore", store.toString()));
    int exit =
        ChildProcess.run(
            new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD));
    if (exit != 0) {
      throw new IllegalStateException("keytool: " + exit);
    }
    KeyStore keys = KeyStore.getInstance(store.toFile(), "secret".toCharArray());
    Key key = keys.getKey("a", "secret".toCharArray());
    writePem(folder.resolve("key.pem"), "PRIVATE KEY", key.getEncoded());
    writePem(folder.resolve("cert.pem"), "CERTIFICATE", keys.getCertificate("a").getEncoded());
  }

  private static void writePem(Path file, String kind, byte[] bytes) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(kind, base64));
  }

  @Override
  public void close() throws InterruptedException {
    process.terminate();
  }
}
