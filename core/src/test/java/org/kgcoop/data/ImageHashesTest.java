package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Digest;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.ImageHeader;

class ImageHashesTest {
  private static final ImageHeader UPRIGHT = new ImageHeader(1, 0, 0);

  private static final Instant OLD = Instant.parse("2020-01-01T00:00:00Z");

  @TempDir Path folder;

  private Path image(String name, String content, Instant modified) throws IOException {
    Path file = Files.writeString(folder.resolve(name), content);
    return Files.setLastModifiedTime(file, FileTime.from(modified));
  }

  private ImageHashes remembering() {
    return ImageHashes.inFolder(folder.resolve("bank"));
  }

  private static String of(String content) {
    return Sha256.of(content);
  }

  @Test
  void copiesAndOtherFilesOfTheSameSizeHaveTheirOwnHash() throws IOException {
    List<Path> images = new ArrayList<>();
    List<String> contents = List.of("first", "other", "first", "third", "other", "longer");
    for (String content : contents) {
      images.add(image(images.size() + ".png", content, OLD));
    }

    List<String> expected = contents.stream().map(ImageHashesTest::of).toList();
    assertThat(remembering().of(images)).isEqualTo(expected);
    assertThat(remembering().of(images)).isEqualTo(expected); // as stored
  }

  @Test
  void aFileThatLooksAsItDidIsNotReadAgain() throws IOException {
    Path image = image("a.png", "first", OLD);
    ImageHashes hashes = remembering();
    assertThat(hashes.of(List.of(image))).containsExactly(of("first"));

    assertThat(image("a.png", "other", OLD)).isEqualTo(image);

    assertThat(hashes.of(List.of(image))).containsExactly(of("first"));
    assertThat(remembering().of(List.of(image))).containsExactly(of("first"));
    assertThat(ImageHashes.inMemory().of(List.of(image))).containsExactly(of("other"));
  }

  @Test
  void recalledHashesDoNotNeedTheFile() throws IOException {
    Path known = image("a.png", "first", OLD);
    Path fresh = image("b.png", "fresh", OLD);
    assertThat(remembering().of(List.of(known))).containsExactly(of("first"));
    ImageHashes hashes = remembering();

    hashes.recall(List.of(known, fresh));

    Files.delete(folder.resolve("bank/image-hashes"));
    assertThat(image("a.png", "other", OLD)).isEqualTo(known);
    assertThat(hashes.of(List.of(known))).containsExactly(of("first"));
    assertThat(hashes.of(List.of(fresh))).containsExactly(of("fresh"));
    assertThat(remembering().of(List.of(fresh))).containsExactly(of("fresh"));
  }

  @Test
  void anotherTimeOrSizeIsAnotherFile() throws IOException {
    Path image = image("a.png", "first", OLD);
    ImageHashes hashes = remembering();
    assertThat(hashes.of(List.of(image))).containsExactly(of("first"));
    assertThat(hashes.of(List.of(image("a.png", "other", OLD.plusSeconds(1)))))
        .containsExactly(of("other"));
    assertThat(hashes.of(List.of(image("a.png", "longer", OLD.plusSeconds(1)))))
        .containsExactly(of("longer"));
  }

  @Test
  void aFileChangedJustNowIsNotStored() throws IOException {
    Instant now = Instant.now();
    ImageHashes hashes = remembering();
    assertThat(hashes.of(List.of(image("a.png", "first", now)))).containsExactly(of("first"));
    assertThat(hashes.of(List.of(image("a.png", "other", now)))).containsExactly(of("other"));
  }

  @Test
  void theyAreInTheOrderOfTheRequestWithRepetition() throws IOException {
    Path a = image("a.png", "a", OLD);
    Path b = image("b.png", "b", OLD);
    assertThat(remembering().of(List.of(b, a, b))).containsExactly(of("b"), of("a"), of("b"));
  }

  @Test
  void aDamagedRecordIsIgnored() throws IOException {
    Path image = image("a.png", "first", OLD);
    assertThat(remembering().of(List.of(image))).containsExactly(of("first"));
    Path file = folder.resolve("bank/image-hashes");
    byte[] record = Files.readAllBytes(file);
    record[20] ^= 1; // in the hash
    Files.write(file, record);
    assertThat(image("a.png", "other", OLD)).isEqualTo(image);
    assertThat(remembering().of(List.of(image))).containsExactly(of("other"));
  }

  @Test
  void aRecordAfterATornOneIsFound() throws IOException {
    Path first = image("a.png", "first", OLD);
    assertThat(remembering().of(List.of(first))).containsExactly(of("first"));
    Path file = folder.resolve("bank/image-hashes");
    Files.write(file, new byte[] {1, 2, 3}, StandardOpenOption.APPEND);
    Path second = image("b.png", "second", OLD);
    assertThat(remembering().of(List.of(second))).containsExactly(of("second"));

    assertThat(image("b.png", "other!", OLD)).isEqualTo(second);

    assertThat(remembering().of(List.of(first, second))).containsExactly(of("first"), of("second"));
  }

  @Test
  void keepsTheHeadersAndForgetsRecordsOfOlderFiles() throws IOException {
    Path bank = folder.resolve("bank");
    List<ImageHeader> headers = new ArrayList<>();
    for (int orientation = 1; orientation <= 8; orientation++) {
      headers.add(new ImageHeader(orientation, 0, 0));
      headers.add(new ImageHeader(orientation, 16383, 1));
      headers.add(new ImageHeader(orientation, 4032, 16383));
    }
    Digest[] stamps =
        IntStream.range(0, headers.size()).mapToObj(i -> Digest.of("" + i)).toArray(Digest[]::new);
    ImageHashFile written = new ImageHashFile(bank);
    for (int i = 0; i < stamps.length; i++) {
      written.put(stamps[i], new ImageHash(of("" + i), headers.get(i)));
    }
    written.flush();
    ImageHashFile read = new ImageHashFile(bank);
    read.load(stamps);
    for (int i = 0; i < stamps.length; i++) {
      assertThat(read.get(stamps[i])).isEqualTo(new ImageHash(of("" + i), headers.get(i)));
    }

    Path file = bank.resolve("image-hashes");
    ByteBuffer records = ByteBuffer.wrap(Files.readAllBytes(file));
    for (int orientation = 1; orientation <= 8; orientation++) { // as version 0.1 wrote them
      int at = 56 * (orientation - 1);
      records.putInt(at + 48, orientation);
      records.putInt(at + 52, Digest.crc32c(records.slice(at, 52)));
    }
    Files.write(file, records.array());
    ImageHashFile again = new ImageHashFile(bank);
    again.load(stamps);
    for (int i = 0; i < stamps.length; i++) {
      assertThat(again.get(stamps[i]) == null).isEqualTo(i < 8);
    }
  }

  @Test
  void theFilesAreBoundedAndValuesInUseStay() throws IOException {
    Path bank = folder.resolve("bank");
    for (int i = 0; i < 20; i++) {
      ImageHashFile file = new ImageHashFile(bank, /* maxRecords= */ 4);
      Digest[] stamps = {Digest.of("often"), Digest.of("once " + i)};
      file.load(stamps);
      assertThat(file.get(stamps[0]) == null).isEqualTo(i == 0); // known from then on
      file.put(stamps[0], new ImageHash(of("often"), UPRIGHT));
      file.put(stamps[1], new ImageHash(of("once " + i), UPRIGHT));
      file.flush();
    }
    long record = 56;
    assertThat(Files.size(bank.resolve("image-hashes"))).isLessThanOrEqualTo(5 * record);
    assertThat(Files.size(bank.resolve("image-hashes.previous"))).isLessThanOrEqualTo(5 * record);
  }

  @Test
  void theyAreComputedIfNothingCanBeWritten() throws IOException {
    Path place = Files.writeString(folder.resolve("bank"), "a file");
    Path image = image("a.png", "first", OLD);
    assertThat(ImageHashes.inFolder(place).of(List.of(image))).containsExactly(of("first"));
  }

  @Test
  void imagesOfAZipFileHaveThemToo() throws IOException {
    Path zip = folder.resolve("set.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      out.putNextEntry(new ZipEntry("a.png"));
      out.write("first".getBytes(StandardCharsets.UTF_8));
      out.closeEntry();
    }
    try (FileSystem archive = FileSystems.newFileSystem(zip)) {
      List<Path> images = List.of(archive.getPath("/a.png"));
      assertThat(remembering().of(images)).containsExactly(of("first"));
      assertThat(folder.resolve("bank/image-hashes")).isNotEmptyFile();
      assertThat(remembering().of(images)).containsExactly(of("first"));
    }
  }

  @Test
  void aImageThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> remembering().of(List.of(folder.resolve("none.png"))))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("none.png: there is no such image");
  }
}
