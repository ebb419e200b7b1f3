package org.kgcoop.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;

/**
 * The SHA-256 and EXIF orientation of image files, each computed once. A file with the same path,
 * size, modification time and identity as before is assumed to have the same bytes. A file that
 * changed in the last seconds is not stored, because it may change again within one tick of the
 * clock.
 *
 * <p>The values are in a text file, one line per image. It contains only values that can be
 * computed again. If it cannot be written, the values are not stored. Damaged lines are ignored.
 */
public final class ImageHashes {
  private static final String NAME = "image-hashes.txt";

  /**
   * The age below which a file is not stored. The coarsest clock of a common file system, FAT's,
   * ticks every two seconds.
   */
  private static final long YOUNG_MILLISECONDS = 3000;

  /**
   * A line: the stamp of a file, its SHA-256, its orientation, and the beginning of the SHA-256 of
   * these.
   */
  private static final Pattern LINE =
      Pattern.compile("([0-9a-f]{64}) ([0-9a-f]{64}) ([1-8]) [0-9a-f]{8}");

  /** The folder of the text file, or null if there is none. */
  private final @Nullable Path folder;

  /** The known values, by the stamp of a file. */
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /** Stamps that the text file did not contain. */
  private final Set<String> absent = ConcurrentHashMap.newKeySet();

  /**
   * The known values of an image file.
   *
   * @param sha256 the hexadecimal SHA-256 of its bytes
   * @param orientation 1 to 8, as in {@link Orientation}
   */
  public record Known(String sha256, int orientation) {
    private static Known of(byte[] file) {
      return new Known(Sha256.of(file), Orientation.of(file));
    }
  }

  private ImageHashes(@Nullable Path folder) {
    this.folder = folder;
  }

  /** Creates hashes that are stored in a folder, which may not exist yet. */
  public static ImageHashes inFolder(Path folder) {
    return new ImageHashes(folder);
  }

  /** Creates hashes that are kept only in memory. */
  public static ImageHashes inMemory() {
    return new ImageHashes(null);
  }

  /**
   * Loads the known values of images. Call this once before requests for many groups of images, so
   * that the text file is read only once.
   */
  public void recall(List<Path> images) {
    remember(images.parallelStream().map(ImageHashes::fileStamp).toList());
  }

  /**
   * Returns the hexadecimal SHA-256 of images, in their order.
   *
   * @throws org.kgcoop.KgCoopException if one cannot be read
   */
  public List<String> of(List<Path> images) {
    return known(images).stream().map(Known::sha256).toList();
  }

  /**
   * Returns the SHA-256 and orientation of images, in their order.
   *
   * @throws org.kgcoop.KgCoopException if one cannot be read
   */
  public List<Known> known(List<Path> images) {
    List<Path> distinct = images.stream().distinct().toList();
    // Images can be read in any order, because each has a fixed position in the output.
    List<String> stamps = distinct.parallelStream().map(ImageHashes::fileStamp).toList();
    remember(stamps);
    Map<String, Known> fresh = new LinkedHashMap<>();
    List<Known> computed =
        IntStream.range(0, distinct.size())
            .parallel()
            .mapToObj(
                i -> {
                  Known before = known.get(stamps.get(i));
                  return before == null ? Known.of(Images.bytes(distinct.get(i))) : before;
                })
            .toList();
    Map<Path, Known> found = new HashMap<>();
    for (int i = 0; i < distinct.size(); i++) {
      found.put(distinct.get(i), computed.get(i));
      absent.remove(stamps.get(i));
      if (!stamps.get(i).isEmpty() && known.put(stamps.get(i), computed.get(i)) == null) {
        fresh.put(stamps.get(i), computed.get(i));
      }
    }
    append(fresh);
    return images.stream().map(image -> Objects.requireNonNull(found.get(image))).toList();
  }

  /** Returns the stamp of a file; empty if its values must not be stored. */
  private static String fileStamp(Path image) {
    try {
      BasicFileAttributes now = Files.readAttributes(image, BasicFileAttributes.class);
      boolean plain = image.getFileSystem().equals(FileSystems.getDefault());
      if (plain
          && now.lastModifiedTime().toMillis() > System.currentTimeMillis() - YOUNG_MILLISECONDS) {
        return "";
      }
      String stamp =
          String.join(
              "\n",
              image.toAbsolutePath().toString(),
              String.valueOf(now.size()),
              now.lastModifiedTime().toString(),
              // For an image in a zip file, the checksum in the zip directory.
              String.valueOf(plain ? now.fileKey() : Files.getAttribute(image, "zip:crc")));
      return Sha256.of(stamp);
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return ""; // reading it will report the reason
    }
  }

  /** Loads the values that are not known yet. */
  private void remember(List<String> stamps) {
    Set<String> missing = new HashSet<>(stamps);
    missing.remove("");
    missing.removeIf(stamp -> known.containsKey(stamp) || absent.contains(stamp));
    if (folder == null || missing.isEmpty()) {
      return;
    }
    if (!Files.isRegularFile(folder.resolve(NAME))) {
      absent.addAll(missing);
      return;
    }
    try (BufferedReader lines =
        Files.newBufferedReader(folder.resolve(NAME), StandardCharsets.ISO_8859_1)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int end = line.indexOf(' ');
        if (end < 0 || !missing.contains(line.substring(0, end))) {
          continue; // keeps only the requested ones of many images
        }
        Matcher parts = LINE.matcher(line);
        if (parts.matches()) {
          Known read = new Known(parts.group(2), Integer.parseInt(parts.group(3)));
          if (line.equals(line(parts.group(1), read))) {
            known.put(parts.group(1), read);
          }
        }
      }
      missing.removeAll(known.keySet());
      absent.addAll(missing);
    } catch (IOException e) {
      return; // they are computed again
    }
  }

  /**
   * Returns a line. Two processes may write into each other's lines, which the last field detects.
   */
  private static String line(String stamp, Known known) {
    String all = stamp + " " + known.sha256() + " " + known.orientation();
    return all + " " + Sha256.of(all).substring(0, 8);
  }

  private void append(Map<String, Known> fresh) {
    if (folder == null || fresh.isEmpty()) {
      return;
    }
    List<String> lines = new ArrayList<>();
    fresh.forEach((stamp, known) -> lines.add("\n" + line(stamp, known)));
    ByteBuffer bytes =
        ByteBuffer.wrap((String.join("", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
    try {
      Files.createDirectories(folder);
      try (FileChannel channel =
          FileChannel.open(
              folder.resolve(NAME), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
    } catch (IOException e) {
      return; // they are computed again
    }
  }
}
