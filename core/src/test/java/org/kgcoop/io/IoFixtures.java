package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.kgcoop.KgCoopException;

/** Files for the tests of this package. */
final class IoFixtures {

  private IoFixtures() {}

  /** Returns a file that {@code src/test/scripts/weight_fixtures.py} wrote with PyTorch. */
  static Path resource(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(IoFixtures.class.getResource("/io/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns 0, 0.5, 1, ... as in the script. */
  static float[] ramp(int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 0.5f * i;
    }
    return values;
  }

  static StoredTensor floats(String name, long... shape) {
    int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    return StoredTensor.ofFloats(name, shape, ramp(count));
  }

  static Map<String, StoredTensor> byName(StoredTensor... tensors) {
    Map<String, StoredTensor> map = new LinkedHashMap<>();
    for (StoredTensor tensor : tensors) {
      map.put(tensor.name(), tensor);
    }
    return map;
  }

  /** Returns the error of an action: a weights error of one line that begins with the file. */
  static String weightsError(
      Path path, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    KgCoopException error =
        Objects.requireNonNull(
            catchThrowableOfType(KgCoopException.class, call), "an error about " + path);
    assertThat(error.category()).isEqualTo(KgCoopException.Category.WEIGHTS);
    assertThat(error.getMessage()).startsWith(path.toString()).doesNotContain("\n");
    return String.valueOf(error.getMessage());
  }

  static String openError(Path path) {
    return weightsError(path, () -> WeightFiles.open(path));
  }

  /** Writes a new file. Overwriting a file waits for the disk on some file systems. */
  static Path write(Path path, byte[] bytes) {
    try {
      Files.deleteIfExists(path);
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] flipped(byte[] bytes, int position, int bit) {
    byte[] copy = bytes.clone();
    copy[position] ^= (byte) (1 << bit);
    return copy;
  }

  /** Returns the entries of a zip, which can be changed and written again. */
  static Map<String, byte[]> unzip(Path path) {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipFile zip = new ZipFile(path.toFile())) {
      for (ZipEntry entry : zip.stream().toList()) {
        entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return entries;
  }

  static Path zip(Path path, int method, Map<String, byte[]> entries) {
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      zip.setMethod(method);
      for (Map.Entry<String, byte[]> e : entries.entrySet()) {
        ZipEntry entry = new ZipEntry(e.getKey());
        if (method == ZipEntry.STORED) {
          CRC32 crc = new CRC32();
          crc.update(e.getValue());
          entry.setSize(e.getValue().length);
          entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(e.getValue());
        zip.closeEntry();
      }
      zip.finish();
      return path;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Concatenates the bytes of strings (ISO 8859-1) and single bytes (ints). */
  static byte[] bytes(Object... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (Object part : parts) {
      if (part instanceof Integer value) {
        out.write(value);
      } else {
        out.writeBytes(part.toString().getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return out.toByteArray();
  }
}
