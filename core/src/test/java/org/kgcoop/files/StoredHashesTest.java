package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredHashesTest {
  private static final FileTime OLD = FileTime.from(Instant.parse("2020-01-01T00:00:00Z"));

  @TempDir Path folder;
  private Path file = Path.of("");
  private int computed;

  @BeforeEach
  void write() throws IOException {
    file = Files.writeString(folder.resolve("weights"), "one");
    Files.setLastModifiedTime(file, OLD);
  }

  private StoredHashes hashes() {
    return new StoredHashes(folder.resolve("hashes"));
  }

  private String get(@Nullable Digest stamp, String what, String content) {
    return hashes()
        .get(
            stamp,
            what,
            () -> {
              computed++;
              return Sha256.of(content);
            });
  }

  @Test
  void aValueIsComputedOncePerStampAndMeaning() {
    Digest stamp = FileStamp.of(file);
    assertThat(get(stamp, "a", "one")).isEqualTo(Sha256.of("one"));
    assertThat(get(stamp, "a", "never")).isEqualTo(Sha256.of("one"));
    assertThat(computed).isEqualTo(1);
    assertThat(get(stamp, "b", "two")).isEqualTo(Sha256.of("two"));
    assertThat(computed).isEqualTo(2);
  }

  @Test
  void aChangedFileHasAnotherValue() throws IOException {
    assertThat(hashes().ofFile(file)).isEqualTo(Sha256.of("one"));
    Files.writeString(file, "two"); // of the same length, in the same inode
    Files.setLastModifiedTime(
        file, FileTime.from(OLD.to(TimeUnit.NANOSECONDS) + 1, TimeUnit.NANOSECONDS));
    assertThat(hashes().ofFile(file)).isEqualTo(Sha256.of("two"));
    Path other = Files.writeString(folder.resolve("other"), "six");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(file));
    Files.move(other, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING); // another inode
    assertThat(hashes().ofFile(file)).isEqualTo(Sha256.of("six"));
  }

  @Test
  void theValueOfAYoungFileIsNotStored() throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    assertThat(FileStamp.of(file)).isNull();
    assertThat(hashes().ofFile(file)).isEqualTo(Sha256.of("one"));
    assertThat(folder.resolve("hashes")).doesNotExist();
  }

  @Test
  void aDamagedValueIsComputedAgain() throws IOException {
    Digest stamp = FileStamp.of(file);
    get(stamp, "a", "one");
    Path stored = Folders.files(folder.resolve("hashes")).get(0);
    byte[] bytes = Files.readAllBytes(stored);
    for (int i = 0; i < bytes.length; i++) {
      byte[] flipped = bytes.clone();
      flipped[i] ^= 1;
      Files.write(stored, flipped);
      assertThat(get(stamp, "a", "one")).as("byte %d", i).isEqualTo(Sha256.of("one"));
    }
    assertThat(computed).isEqualTo(1 + bytes.length);
    Files.write(stored, new byte[0]);
    assertThat(get(stamp, "a", "one")).isEqualTo(Sha256.of("one"));
  }

  @Test
  void aFolderThatCannotBeWrittenStoresNothing() throws IOException {
    Files.writeString(folder.resolve("hashes"), "a file");
    assertThat(hashes().ofFile(file)).isEqualTo(Sha256.of("one"));
    assertThat(hashes().ofFile(file)).isEqualTo(Sha256.of("one"));
  }
}
