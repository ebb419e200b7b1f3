package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kgcoop.io.IoFixtures.openError;
import static org.kgcoop.io.IoFixtures.resource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ZipRecordsTest {

  @TempDir Path folder;

  private final Map<String, byte[]> entries =
      new LinkedHashMap<>(IoFixtures.unzip(resource("views.pt")));

  private Path zip(int method) {
    return IoFixtures.zip(folder.resolve("a.pt"), method, entries);
  }

  @Test
  void rejectsAZipBomb() {
    entries.put("views/data/0", new byte[1 << 20]);
    assertThat(openError(zip(ZipEntry.DEFLATED))).contains("'views/data/0'", "zip bomb");
  }

  @Test
  void rejectsAnEndlessPickle() {
    entries.put("views/data.pkl", new byte[PickleReader.MAX_BYTES + 1]);
    assertThat(openError(zip(ZipEntry.STORED))).contains("'data.pkl'", "at most 16777216");
  }

  @Test
  void rejectsTwoEntriesOfOneName() {
    entries.put("views/data/X", new byte[3]);
    Path path = zip(ZipEntry.STORED);
    String text = new String(IoFixtures.read(path), StandardCharsets.ISO_8859_1);
    IoFixtures.write(
        path, text.replace("views/data/X", "views/data/0").getBytes(StandardCharsets.ISO_8859_1));
    assertThat(openError(path)).contains("two entries 'views/data/0'");
  }

  @Test
  void rejectsTwoEntriesInOnePlace() {
    Path path = zip(ZipEntry.STORED);
    byte[] bytes = IoFixtures.read(path);
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int second = 0; // the second directory entry gets the position of the first
    for (int i = 0, seen = 0; seen < 2; i++) {
      if (buffer.getInt(i) == 0x02014b50) {
        seen++;
        second = i;
      }
    }
    buffer.putInt(second + 42, 0);
    assertThat(openError(IoFixtures.write(path, bytes))).contains("header of its zip entry");
  }

  @Test
  void rejectsAZipOfOtherOrigin() {
    entries.clear();
    entries.put("word/document.xml", new byte[3]);
    assertThat(openError(zip(ZipEntry.STORED))).contains("data.pkl", "torch.save");
  }

  @Test
  void aFlippedBitOfATensorIsFoundByItsCheckSum() {
    entries.put(
        "views/data/0",
        "a tensor of 24 floats takes 96 bytes".repeat(3).getBytes(StandardCharsets.UTF_8));
    Path path = zip(ZipEntry.STORED);
    String text = new String(IoFixtures.read(path), StandardCharsets.ISO_8859_1);
    IoFixtures.write(
        path, text.replaceFirst("a tensor", "a Tensor").getBytes(StandardCharsets.ISO_8859_1));
    assertThat(openError(path)).contains("checksum", "'views/data/0'");
  }
}
