package org.kgcoop.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.AtomicFile;

/** The sample drawings that the application carries. */
final class DemoFiles {
  private static final String ROOT = "/org/kgcoop/demo/";
  private static final String CREDITS = "CREDITS.tsv";

  private DemoFiles() {}

  /** Copies the drawings, a folder per class, and the list of who drew them. */
  static void copyDrawings(Path folder) {
    byte[] credits = resource(CREDITS);
    for (String file : files(credits)) {
      write(folder.resolve(file), resource(file));
    }
    write(folder.resolve(CREDITS), credits);
  }

  private static List<String> files(byte[] credits) {
    return new String(credits, StandardCharsets.UTF_8)
        .lines()
        .skip(1)
        .map(line -> line.substring(0, line.indexOf('\t')))
        .toList();
  }

  private static byte[] resource(String name) {
    try (InputStream in = DemoFiles.class.getResourceAsStream(ROOT + name)) {
      if (in == null) {
        throw new IllegalStateException("resource " + ROOT + name + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new IllegalStateException("resource " + ROOT + name + " cannot be read", e);
    }
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
    } catch (IOException e) {
      throw KgCoopException.io(file.getParent() + ": cannot be made: " + e.getMessage(), e);
    }
    AtomicFile.write(file, out -> out.write(content));
  }
}
