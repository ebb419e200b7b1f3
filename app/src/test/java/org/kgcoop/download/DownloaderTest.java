package org.kgcoop.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.experiment.Progress;
import org.kgcoop.files.LockedFile;

class DownloaderTest {
  private static final byte[] CONTENT = new byte[200_000];

  static {
    new Random(1).nextBytes(CONTENT);
  }

  @TempDir Path folder;

  private final FileServer server = new FileServer();

  @AfterEach
  void stop() {
    server.close();
  }

  private static Downloader downloader(Map<String, String> environment, PartialFile.Sink sink) {
    return new Downloader(
        Downloader.isOffline(environment),
        Progress.SILENT,
        environment,
        Duration.ofMillis(400),
        Duration.ofMillis(1),
        sink);
  }

  @Test
  void aServerThatDoesNotAnswerIsTriedAgainAndNothingIsSaidToGoOn() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort(); // closed again: nobody listens
    }
    Link link = new Link(URI.create("http://127.0.0.1:" + port + "/weights.pt"), hash(CONTENT));
    List<String> said = new ArrayList<>();
    Downloader downloader =
        new Downloader(
            false,
            new Progress() {
              @Override
              public Task start(String name, long total) {
                return Progress.SILENT.start(name, total);
              }

              @Override
              public void message(String line) {
                said.add(line);
              }
            },
            Map.of(),
            Duration.ofSeconds(20),
            Duration.ofMillis(1),
            PartialFile.Sink.CHANNEL);

    assertThatThrownBy(() -> downloader.fetch(link, target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no connection to the server, 5 times; fetch it by hand");
    assertThat(said)
        .hasSize(4)
        .containsOnly(link.address() + ": no connection to the server; tries again");
  }

  private static Downloader downloader() {
    return downloader(Map.of(), PartialFile.Sink.CHANNEL);
  }

  private static String hash(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private Link link(String name) {
    return new Link(URI.create(server.address() + name), hash(CONTENT));
  }

  private Path target() {
    return folder.resolve("weights.pt");
  }

  private void assertWholeAndAlone() throws IOException {
    assertThat(target()).hasBinaryContent(CONTENT);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).containsExactly(target());
    }
  }

  @Test
  void aFileComesWhole() throws IOException {
    server.put("w.pt", CONTENT);

    downloader().fetch(link("w.pt"), target());

    assertWholeAndAlone();
  }

  @Test
  void aFileThatIsThereIsNotAskedFor() throws IOException {
    Files.writeString(target(), "mine");

    downloader().fetch(link("w.pt"), target());

    assertThat(target()).hasContent("mine");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aBrokenConnectionGoesOnWhereItEnded() throws IOException {
    server.put("w.pt", CONTENT);
    server.fail(FileServer.Fault.BREAK, FileServer.Fault.BUSY);

    downloader().fetch(link("w.pt"), target());

    assertWholeAndAlone();
    assertThat(server.requests())
        .containsExactly("/w.pt", "/w.pt bytes=100000-", "/w.pt bytes=100000-");
  }

  @Test
  void aStalledConnectionIsGivenUpAndGoneOnWith() throws IOException {
    server.put("w.pt", CONTENT);
    server.fail(FileServer.Fault.STALL);

    downloader().fetch(link("w.pt"), target());

    assertWholeAndAlone();
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void anotherProcessGoesOnWithWhatWasLeft() throws IOException {
    server.put("w.pt", CONTENT);
    server.fail(
        FileServer.Fault.BREAK,
        FileServer.Fault.BUSY,
        FileServer.Fault.BUSY,
        FileServer.Fault.BUSY,
        FileServer.Fault.BUSY);
    assertThatThrownBy(() -> downloader().fetch(link("w.pt"), target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("by hand")
        .hasMessageContaining(target().toString());
    assertThat(target()).doesNotExist();

    downloader().fetch(link("w.pt"), target());

    assertWholeAndAlone();
    assertThat(server.requests().get(5)).isEqualTo("/w.pt bytes=100000-");
  }

  @Test
  void anotherVersionBeginsAgain() throws IOException {
    byte[] old = CONTENT.clone();
    old[3]++;
    server.put("w.pt", old);
    server.fail(
        FileServer.Fault.BREAK,
        FileServer.Fault.BUSY,
        FileServer.Fault.BUSY,
        FileServer.Fault.BUSY,
        FileServer.Fault.BUSY);
    assertThatThrownBy(() -> downloader().fetch(link("w.pt"), target())).isNotNull();
    server.put("w.pt", CONTENT);
    server.tag("\"2\"");

    downloader().fetch(link("w.pt"), target());

    assertWholeAndAlone();
  }

  @Test
  void wrongBytesAreDroppedAndNamed() throws IOException {
    byte[] wrong = CONTENT.clone();
    wrong[7]++;
    server.put("w.pt", wrong);

    assertThatThrownBy(() -> downloader().fetch(link("w.pt"), target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("expected a file of SHA-256 " + hash(CONTENT))
        .hasMessageContaining("got " + hash(wrong));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void redirectionsAreFollowed() throws IOException {
    server.put("w.pt", CONTENT);

    downloader().fetch(link("moved/w.pt"), target());

    assertWholeAndAlone();
  }

  @Test
  void aDeadLinkSaysWhatToFetchAndWhereToPutIt() {
    assertThatThrownBy(() -> downloader().fetch(link("gone.pt"), target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            "%sgone.pt: the link is dead, the server answers 404; fetch it by hand and put it at %s"
                .formatted(server.address(), target()));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aHostThatDoesNotAnswerSaysSoToo() {
    Link nowhere = Link.of("http://127.0.0.1:1/w.pt");

    assertThatThrownBy(() -> downloader().fetch(nowhere, target()))
        .hasMessageContaining("5 times; fetch it by hand and put it at " + target());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void offlineNothingIsAskedFor() {
    server.put("w.pt", CONTENT);

    assertThatThrownBy(
            () ->
                downloader(Map.of("KGCOOP_OFFLINE", "1"), PartialFile.Sink.CHANNEL)
                    .fetch(link("w.pt"), target()))
        .hasMessageContaining("offline, and it is not there yet; fetch it by hand");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aFullDiskLeavesNothingUnderTheName() throws IOException {
    server.put("w.pt", CONTENT);
    PartialFile.Sink full = channel -> new FullDisk(channel, 50_000);

    assertThatThrownBy(() -> downloader(Map.of(), full).fetch(link("w.pt"), target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("free some space");
    assertThat(target()).doesNotExist();
    assertThat(server.requests()).hasSize(1); // asking again would not help

    downloader().fetch(link("w.pt"), target());
    assertWholeAndAlone();
  }

  /** A disk that takes so many bytes. */
  private static final class FullDisk extends OutputStream {
    private final FileChannel channel;
    private int left;

    FullDisk(FileChannel channel, int left) {
      this.channel = channel;
      this.left = left;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      int fits = Math.min(left, length);
      int unused = channel.write(ByteBuffer.wrap(bytes, offset, fits));
      left -= fits;
      if (fits < length) {
        throw new IOException("No space left on device");
      }
    }
  }

  @Test
  void aFileThatAnotherProcessDownloadsIsLeftToIt() throws IOException {
    server.put("w.pt", CONTENT);
    try (LockedFile other = LockedFile.tryOpen(folder.resolve(".weights.pt.part")).orElseThrow()) {
      assertThat(other.channel().size()).isZero();
      assertThatThrownBy(() -> downloader().fetch(link("w.pt"), target()))
          .hasMessageContaining("another process downloads it");
    }
  }

  @Test
  void theProxyOfTheEnvironmentIsUsed() throws IOException {
    server.put("w.pt", CONTENT);
    Map<String, String> environment = Map.of("http_proxy", "http://127.0.0.1:" + server.port());
    // A host that does not exist: only a proxy can answer for it.
    Link link = new Link(URI.create("http://weights.invalid/w.pt"), hash(CONTENT));

    downloader(environment, PartialFile.Sink.CHANNEL).fetch(link, target());

    assertWholeAndAlone();
  }

  @Test
  void hostsOfNoProxyAreAskedDirectly() {
    Map<String, String> environment =
        Map.of("HTTPS_PROXY", "proxy.example:3128", "no_proxy", "localhost, .example.org");
    Connection.EnvironmentProxies proxies = new Connection.EnvironmentProxies(environment);

    assertThat(proxies.select(URI.create("https://huggingface.co/x")).get(0).address())
        .hasToString("proxy.example/<unresolved>:3128");
    for (String direct : new String[] {"https://data.example.org/x", "http://huggingface.co/x"}) {
      assertThat(proxies.select(URI.create(direct))).containsExactly(Proxy.NO_PROXY);
    }
  }
}
