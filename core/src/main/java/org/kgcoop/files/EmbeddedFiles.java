package org.kgcoop.files;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * Embedded files from the class path. They are in the module {@code embedded}; a program without
 * this module has none.
 */
public final class EmbeddedFiles {
  private static final String ROOT = "org/kgcoop/embedded/";

  private static @Nullable Path copies;

  private EmbeddedFiles() {}

  /**
   * Opens an embedded file, or returns null if there is no file of this name.
   *
   * @param name the path below the module's folder, such as {@code datasets/index.json}
   */
  public static @Nullable InputStream open(String name) {
    return loader().getResourceAsStream(ROOT + name);
  }

  /**
   * Returns an embedded file. If it is inside a jar, this is a copy, which the process makes once
   * and deletes at its end. Returns null if there is no file of this name.
   *
   * @throws KgCoopException of the category IO if it cannot be copied
   */
  public static @Nullable Path file(String name) {
    URL url = loader().getResource(ROOT + name);
    if (url == null) {
      return null;
    }
    if (url.getProtocol().equals("file")) {
      return Path.of(URI.create(url.toString()));
    }
    try {
      return copy(url, name);
    } catch (IOException e) {
      throw KgCoopException.io(
          "the embedded file %s cannot be copied to %s: %s"
              .formatted(name, System.getProperty("java.io.tmpdir"), e.getMessage()),
          e);
    }
  }

  private static synchronized Path copy(URL url, String name) throws IOException {
    if (copies == null) {
      copies = temporaryFolder();
    }
    Path copy = copies.resolve(name);
    if (!Files.exists(copy)) {
      Path folder = Files.createDirectories(copy.resolveSibling(""));
      Path part = Files.createTempFile(folder, ".", ".part");
      try (InputStream in = url.openStream()) {
        Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
      }
      Files.move(part, copy, StandardCopyOption.REPLACE_EXISTING);
    }
    return copy;
  }

  private static Path temporaryFolder() throws IOException {
    Path place = Path.of(System.getProperty("java.io.tmpdir"));
    ScratchFolder folder = ScratchFolder.in(place, "kgcoop-");
    Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder), "embedded files"));
    return folder.path();
  }

  private static void delete(ScratchFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      return; // the next start deletes it
    }
  }

  private static ClassLoader loader() {
    ClassLoader loader = EmbeddedFiles.class.getClassLoader();
    return loader == null ? ClassLoader.getSystemClassLoader() : loader;
  }
}
