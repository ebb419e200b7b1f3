package org.kgcoop;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * Files that come with the program, from the class path: module {@code embedded} has them, and a
 * program without that module has none.
 */
public final class EmbeddedFiles {
  private static final String ROOT = "org/kgcoop/embedded/";

  private EmbeddedFiles() {}

  /**
   * A stream of one of them, or null where there is none of that name.
   *
   * @param name below the module's folder, such as {@code datasets/index.json}
   */
  public static @Nullable InputStream open(String name) {
    return loader().getResourceAsStream(ROOT + name);
  }

  /**
   * The file itself, or a copy of it in {@code folder} where it lies inside a jar; null where there
   * is none of that name.
   *
   * @throws KgCoopException of the kind IO where it cannot be copied
   */
  public static @Nullable Path file(String name, Path folder) {
    URL url = loader().getResource(ROOT + name);
    if (url == null) {
      return null;
    }
    if (url.getProtocol().equals("file")) {
      return Path.of(URI.create(url.toString()));
    }
    Path copy = folder.resolve(name.substring(name.lastIndexOf('/') + 1));
    try (InputStream in = url.openStream()) {
      Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      copy.toFile().deleteOnExit();
      return copy;
    } catch (IOException e) {
      throw KgCoopException.io(
          "the embedded file " + name + " cannot be copied to " + folder + ": " + e.getMessage(),
          e);
    }
  }

  /** A folder for such copies, gone when the program ends. */
  public static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("kgcoop-");
      // Files are deleted in the reverse of the order of asking: the folder after its content.
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw KgCoopException.io("no temporary folder can be made: " + e.getMessage(), e);
    }
  }

  private static ClassLoader loader() {
    ClassLoader loader = EmbeddedFiles.class.getClassLoader();
    return loader == null ? ClassLoader.getSystemClassLoader() : loader;
  }
}
