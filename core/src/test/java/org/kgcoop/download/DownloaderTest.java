package org.kgcoop.download;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.LockedFile;
import org.kgcoop.progress.Progress;

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
    return downloader(Duration.ofSeconds(20), environment, sink);
  }

  private static Downloader downloader(
      Duration patience, Map<String, String> environment, PartialFile.Sink sink) {
    return new Downloader(
        Downloader.isOffline(environment),
        Progress.SILENT,
        environment,
        patience,
        Duration.ofMillis(1),
        sink,
        target -> Long.MAX_VALUE);
  }

  /** Returns a downloader with its own measure of free disk space. */
  private static Downloader downloader(ToLongFunction<Path> freeSpace) {
    return new Downloader(
        false,
        Progress.SILENT,
        Map.of(),
        Duration.ofSeconds(20),
        Duration.ofMillis(1),
        PartialFile.Sink.CHANNEL,
        freeSpace);
  }

  @Test
  void triesAServerAgainThatDoesNotAnswer() throws IOException {
    int port;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort(); // the port is closed again
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
            PartialFile.Sink.CHANNEL,
            target -> Long.MAX_VALUE);

    assertThatThrownBy(() -> downloader.fetch(link, target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no connection to the server, 5 times; download it by hand");
    assertThat(said)
        .hasSize(4)
        .containsOnly(link.address() + ": no connection to the server; trying again");
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
  @DisabledOnOs(OS.WINDOWS)
  void aLinkToAFileThatDoesNotExistIsKept() throws IOException {
    server.put("w.pt", CONTENT);
    Path there = Files.createDirectory(folder.resolve("other-disk")).resolve("w.pt");
    Path link = Files.createSymbolicLink(target(), there);

    downloader().fetch(link("w.pt"), link);

    assertThat(link).isSymbolicLink();
    assertThat(there).isRegularFile().hasBinaryContent(CONTENT);
  }

  @Test
  void doesNotRequestAnExistingFile() throws IOException {
    Files.writeString(target(), "mine");

    downloader().fetch(link("w.pt"), target());

    assertThat(target()).hasContent("mine");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void resumesABrokenConnection() throws IOException {
    server.put("w.pt", CONTENT);
    server.fail(FileServer.Fault.BREAK, FileServer.Fault.BUSY);

    downloader().fetch(link("w.pt"), target());

    assertWholeAndAlone();
    assertThat(server.requests())
        .containsExactly("/w.pt", "/w.pt bytes=100000-", "/w.pt bytes=100000-");
  }

  @ParameterizedTest
  @EnumSource(
      value = FileServer.Fault.class,
      names = {"STALL", "SLOW"})
  @Tag("system")
  void resumesAStalledOrVerySlowConnection(FileServer.Fault fault) throws IOException {
    server.put("w.pt", CONTENT);
    server.fail(fault);
    // Longer than a busy machine is silent, and shorter than the server is.
    Duration patience = Duration.ofSeconds(2);

    downloader(patience, Map.of(), PartialFile.Sink.CHANNEL).fetch(link("w.pt"), target());

    assertWholeAndAlone();
    assertThat(server.requests()).hasSize(2);
  }

  @Test
  void resumesInAnotherProcess() throws IOException {
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
  void namesTheFileOfADeadLinkAndItsPlace() {
    assertThatThrownBy(() -> downloader().fetch(link("gone.pt"), target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            "%sgone.pt: the link is dead, the server answers 404; download it by hand and put it at %s"
                .formatted(server.address(), target()));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void namesTheFileOfAHostThatDoesNotAnswer() {
    Link nowhere = Link.of("http://127.0.0.1:1/w.pt");

    assertThatThrownBy(() -> downloader().fetch(nowhere, target()))
        .hasMessageContaining("5 times; download it by hand and put it at " + target());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void requestsNothingOffline() {
    server.put("w.pt", CONTENT);

    assertThatThrownBy(
            () ->
                downloader(Map.of("KGCOOP_OFFLINE", "1"), PartialFile.Sink.CHANNEL)
                    .fetch(link("w.pt"), target()))
        .hasMessageContaining("offline, and the file does not exist yet; download it by hand");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aFullDiskLeavesNothingUnderTheName() throws IOException {
    server.put("w.pt", CONTENT);
    PartialFile.Sink full =
        (channel, bytes) -> {
          int fits = (int) Math.min(50_000 - channel.size(), bytes.remaining());
          boolean isFull = fits < bytes.remaining();
          channel.write(bytes.slice(0, fits));
          if (isFull) {
            throw new IOException("No space left on device");
          }
        };

    assertThatThrownBy(() -> downloader(Map.of(), full).fetch(link("w.pt"), target()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("free some space");
    assertThat(target()).doesNotExist();
    assertThat(server.requests()).hasSize(1); // a retry cannot help

    downloader().fetch(link("w.pt"), target());
    assertWholeAndAlone();
  }

  @Test
  void aFileThatAnotherProcessDownloadsIsLeftToIt() throws IOException {
    server.put("w.pt", CONTENT);
    try (LockedFile other = LockedFile.tryOpen(folder.resolve(".weights.pt.part")).orElseThrow()) {
      assertThat(other.channel().size()).isZero();
      assertThatThrownBy(() -> downloader().fetch(link("w.pt"), target()))
          .hasMessageContaining("another process is downloading it");
    }
  }

  @Test
  void theProxyOfTheEnvironmentIsUsed() throws IOException {
    server.put("w.pt", CONTENT);
    Map<String, String> environment = Map.of("http_proxy", "http://127.0.0.1:" + server.port());
    // This host does not exist, so only a proxy can answer.
    Link link = new Link(URI.create("http://weights.invalid/w.pt"), hash(CONTENT));

    downloader(environment, PartialFile.Sink.CHANNEL).fetch(link, target());

    assertWholeAndAlone();
  }

  @Test
  void connectsDirectlyToHostsOfNoProxy() {
    Map<String, String> environment =
        Map.of("HTTPS_PROXY", "proxy.example:3128", "no_proxy", "localhost, .example.org");
    Connection.EnvironmentProxies proxies = new Connection.EnvironmentProxies(environment);

    assertThat(proxies.select(URI.create("https://huggingface.co/x")).get(0).address())
        .hasToString("proxy.example/<unresolved>:3128");
    for (String direct : new String[] {"https://data.example.org/x", "http://huggingface.co/x"}) {
      assertThat(proxies.select(URI.create(direct))).containsExactly(Proxy.NO_PROXY);
    }
  }

  private void assertRefused(Downloader downloader, String name, String reason) throws IOException {
    assertRefused(downloader, Link.of(server.address() + name), reason);
  }

  private void assertRefused(Downloader downloader, Link link, String reason) throws IOException {
    Path target = folder.resolve(link.address().getPath().substring(1));
    assertThatThrownBy(() -> downloader.fetch(link, target))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(reason)
        .hasMessageContaining(target.toString());
    assertThat(target).doesNotExist();
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * Hugging Face redirects to another server. The redirection or its target states the hash of the
   * file.
   */
  @Test
  void aFileIsCheckedByTheHashThatHuggingFaceStates() throws IOException {
    byte[] weights = text("\2\0\0\0\0\0\0\0{}");
    server.put("model.safetensors", weights);
    String other = hash(CONTENT);
    for (String header : List.of("X-Linked-ETag", "ETag")) {
      server.header("X-Repo-Commit", "abc");
      server.header("X-Linked-ETag", header.equals("ETag") ? "" : '"' + other + '"');
      server.tag('"' + other + '"');
      assertRefused(downloader(), "moved/model.safetensors", "expected a file of SHA-256 " + other);
    }
    server.header("X-Linked-ETag", '"' + hash(weights) + '"');
    Path target = folder.resolve("moved/model.safetensors");
    downloader().fetch(Link.of(server.address() + "moved/model.safetensors"), target);
    assertThat(target).hasBinaryContent(weights);
  }

  @Test
  void stopsAtAnEndlessFile() throws IOException {
    server.put("merges.txt", new byte[1025]);
    Link link =
        Link.of(server.address() + "merges.txt")
            .withContent(new Content("a tokenizer", 1024, file -> true));
    String reason = "sends more than 1024 bytes, too many for a tokenizer";
    assertRefused(downloader(), link, reason);
    assertThat(server.requests()).hasSize(1);
    server.fail(FileServer.Fault.NO_LENGTH);
    assertRefused(downloader(), link, reason);
    assertThat(server.requests()).hasSize(2);
    server.fail(FileServer.Fault.NO_LENGTH);
    assertRefused(downloader(), link.withBytes(1000), "sends more than 1000 bytes");
    assertNothingIsLeft();
  }

  /** The server breaks off after half of the file, and answers the rest with another part. */
  @Test
  void aServerThatSendsWrongPartsForeverIsGivenUp() throws IOException {
    server.put("w.pt", new byte[1 << 20]);
    FileServer.Fault[] faults = new FileServer.Fault[100];
    for (int i = 0; i < faults.length; i += 2) {
      faults[i] = FileServer.Fault.BREAK;
      faults[i + 1] = FileServer.Fault.WRONG_PART;
    }
    server.fail(faults);
    assertRefused(downloader(), link("w.pt"), "5 times; download it by hand");
    assertThat(server.requests()).hasSizeLessThan(10);
  }

  @Test
  void aDiskThatFillsUpMeanwhileStopsTheDownload() throws IOException {
    server.put("notes", new byte[3 << 20]);
    AtomicLong free = new AtomicLong(4 << 20);
    ToLongFunction<Path> shrinking = target -> free.getAndAdd(-(2 << 20));

    assertRefused(downloader(shrinking), "notes", "MB are free; free some space");
    assertThat(folder.resolve(".notes.part")).exists(); // the next attempt resumes from it
  }
}
