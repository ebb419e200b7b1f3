package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A Spark master and two workers, each in its own JVM, started by the documented script. */
final class Standalone implements AutoCloseable {
  private static final String SCRIPT = ChildJvm.MODULE.resolve("standalone").toString();

  private final Path folder;
  private final Map<String, String> environment;
  private final String master;

  /** Starts the processes. Their ids and logs are in a folder. */
  Standalone(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    environment =
        Map.of(
            "JDK_JAVA_OPTIONS", ChildJvm.QUICK, // executors inherit it
            "KGCOOP_STANDALONE", folder.toString(),
            "KGCOOP_MASTER_PORT", String.valueOf(freePort()));
    ChildJvm.Result start = script("start");
    assertThat(start.exitCode()).as(start.output()).isZero();
    master = start.output().strip();
  }

  String master() {
    return master;
  }

  /** Ends a worker and its executors with SIGKILL. */
  void killWorker(int number) throws IOException {
    long id = Long.parseLong(Files.readString(folder.resolve("worker" + number + ".pid")).strip());
    assertThat(ProcessHandle.of(id).map(ProcessHandle::destroyForcibly)).contains(true);
  }

  private ChildJvm.Result script(String word) throws IOException, InterruptedException {
    Path log = folder.resolveSibling(word + ".log");
    return ChildJvm.await(ChildJvm.start(List.of(SCRIPT, word), environment, log), log);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    assertThat(script("stop").exitCode()).isZero();
  }
}
