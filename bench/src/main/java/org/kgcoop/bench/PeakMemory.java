package org.kgcoop.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most memory of this process since a start, as Linux counts it. */
final class PeakMemory {
  private static final Path SELF = Path.of("/proc/self");
  private static final String RESET = "5";

  private PeakMemory() {}

  /** Collects garbage, and starts to measure. */
  static PeakMemory start() throws IOException {
    System.gc();
    Path reset = SELF.resolve("clear_refs");
    if (Files.isWritable(reset)) {
      Files.writeString(reset, RESET);
    }
    return new PeakMemory();
  }

  /** Returns the memory in gigabytes; NaN on other systems than Linux. */
  double gigabytes() throws IOException {
    Path status = SELF.resolve("status");
    if (!Files.isReadable(status)) {
      return Double.NaN;
    }
    long kibibytes =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("VmHWM:"))
            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
            .findFirst()
            .orElseThrow();
    return kibibytes * 1024 / 1e9;
  }
}
