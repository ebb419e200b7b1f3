package org.kgcoop.cluster.features;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.layout.BoundedTar;
import org.kgcoop.features.ShardEncoder.Image;
import org.kgcoop.image.Images;

/**
 * The images of a WebDataset tar. Other members are skipped. If the tar is truncated, the last
 * image reports the damage.
 */
final class TarImages implements Iterator<Image> {
  private final HadoopFiles files;
  private final String path;
  private final UnaryOperator<String> key;
  private @Nullable TarArchiveInputStream tar;
  private @Nullable Image next;
  private boolean ended;

  /**
   * Creates an iterator over the images of a tar.
   *
   * @param key returns the key of an image from the name of its member
   */
  TarImages(HadoopFiles files, String path, UnaryOperator<String> key) {
    this.files = files;
    this.path = path;
    this.key = key;
  }

  @Override
  public boolean hasNext() {
    if (next == null && !ended) {
      try {
        next = read();
        ended = next == null;
      } catch (IOException | IllegalArgumentException | KgCoopException e) {
        // Some damaged headers cause an IllegalArgumentException.
        KgCoopException damage =
            KgCoopException.data(
                path + ": damaged or truncated: " + HadoopFiles.reason(e) + "; get the file again",
                e);
        next =
            new Image(
                path,
                path,
                () -> {
                  throw damage;
                });
        ended = true;
      }
    }
    return next != null;
  }

  @Override
  public Image next() {
    boolean more = hasNext();
    Image image = next;
    if (!more || image == null) {
      throw new NoSuchElementException();
    }
    next = null;
    return image;
  }

  private @Nullable Image read() throws IOException {
    if (tar == null) {
      tar = new BoundedTar(stream());
    }
    for (TarArchiveEntry member = tar.getNextEntry(); member != null; member = tar.getNextEntry()) {
      String name = member.getName().replaceFirst("^(\\./)+", "");
      String fileName = name.substring(name.lastIndexOf('/') + 1);
      if (member.isFile()
          && !fileName.startsWith(".")
          && HadoopFiles.Kind.of(fileName) == HadoopFiles.Kind.IMAGE) {
        byte[] content = Images.bytes(tar);
        return new Image(key.apply(keyName(name)), path + "#" + name, () -> content);
      }
    }
    tar.close();
    return null;
  }

  /**
   * Returns the ending in the convention of WebDataset: the part after the first dot of the file
   * name, in lower case.
   */
  private static String keyName(String name) {
    int dot = name.indexOf('.', name.lastIndexOf('/') + 1);
    return name.substring(0, dot) + name.substring(dot).toLowerCase(Locale.ROOT);
  }

  private InputStream stream() throws IOException {
    InputStream raw = new BufferedInputStream(files.open(path), 1 << 16);
    return path.toLowerCase(Locale.ROOT).endsWith(".tar") ? raw : new GZIPInputStream(raw);
  }
}
