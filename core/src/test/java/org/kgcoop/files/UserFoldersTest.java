package org.kgcoop.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class UserFoldersTest {
  private static final Path NO_HOME = Path.of("?"); // the value of a JVM for a user without one

  @TempDir Path folder;

  private UserFolders folders(@Nullable String given, Path home) {
    return UserFolders.of(given, home, folder, "anna");
  }

  @Test
  void cachesLieInTheHomeUnlessTheEnvironmentNamesAPlace() {
    Path home = folder.resolve("home");
    UserFolders usual = folders("", home);
    assertThat(usual.home()).isEqualTo(home);
    assertThat(usual.caches()).isEqualTo(home.resolve(".cache"));
    assertThat(usual.warning()).isEmpty();

    UserFolders named = folders(folder.resolve("named").toString(), NO_HOME);
    assertThat(named.caches()).isEqualTo(folder.resolve("named"));
    assertThat(named.warning()).isEmpty();
  }

  @Test
  void theEnvironmentNamesTheHome() {
    String home = folder.resolve("home").toString();
    assertThat(UserFolders.home(home, "/root")).isEqualTo(folder.resolve("home"));
    for (String none : new String[] {null, "", "relative"}) {
      assertThat(UserFolders.home(none, home)).isEqualTo(folder.resolve("home"));
    }
  }

  @Test
  void withoutAHomeTheyAreInTheTemporaryFolderWithAWarning() {
    UserFolders without = folders(null, NO_HOME);
    assertThat(without.home()).isEqualTo(folder.resolve("kgcoop-anna"));
    assertThat(without.caches()).isEqualTo(folder.resolve("kgcoop-anna/.cache"));
    assertThat(without.warning().orElseThrow())
        .startsWith("there is no home folder")
        .contains(without.caches().toString(), "XDG_CACHE_HOME");
    assertThat(NO_HOME).doesNotExist();
    assertThat(folders(null, NO_HOME).caches()).isEqualTo(without.caches());
  }

  /** A file instead of a folder represents a read-only folder, because tests may run as root. */
  @Test
  void aHomeThatCannotBeWrittenIsReadAndNotWritten() throws IOException {
    Path home = Files.createDirectory(folder.resolve("home"));
    Files.createFile(home.resolve(".cache"));
    UserFolders readOnly = folders(null, home);
    assertThat(readOnly.home()).isEqualTo(home);
    assertThat(readOnly.caches()).isEqualTo(folder.resolve("kgcoop-anna/.cache"));
    assertThat(readOnly.warning().orElseThrow()).startsWith(home + "/.cache cannot be written");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // each user has a temporary folder on Windows
  void aFolderThatOthersCanWriteIsNotTaken() throws IOException {
    Path theirs = Files.createDirectory(folder.resolve("kgcoop-anna"));
    Files.setPosixFilePermissions(theirs, PosixFilePermissions.fromString("rwxrwxrwx"));
    Path taken = folders(null, NO_HOME).home();
    assertThat(taken).isNotEqualTo(theirs).hasParent(folder);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(taken)))
        .isEqualTo("rwx------");
  }
}
