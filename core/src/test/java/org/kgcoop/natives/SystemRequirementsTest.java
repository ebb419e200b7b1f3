package org.kgcoop.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.natives.SystemRequirements.Host;

class SystemRequirementsTest {
  private static final int ADDRESS = 0x3000; // of the resources in memory
  private static final int POSITION = 0x400; // of the resources in the file

  @TempDir Path java;

  /**
   * Makes a 64-bit library with two sections: one without meaning, and resources. Microsoft's
   * library has the same structure.
   *
   * @param version none if the library has another resource only
   */
  private static byte[] library(DllVersion... version) {
    ByteBuffer bytes = ByteBuffer.allocate(0x600).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putShort(0, (short) 0x5A4D).putInt(0x3C, 0x80);
    bytes.putInt(0x80, 0x4550).putShort(0x86, (short) 2).putShort(0x94, (short) 240);
    int optional = 0x98;
    bytes.putShort(optional, (short) 0x20B).putInt(optional + 108, 16);
    bytes.putInt(optional + 112 + 16, ADDRESS).putInt(optional + 112 + 20, 0x200);
    section(bytes, optional + 240, 0x1000, 0x200);
    section(bytes, optional + 280, ADDRESS, POSITION);

    boolean hasVersion = version.length == 1;
    directory(bytes, 0, 24, hasVersion ? 16 : 24, true); // the second of two types, or a manifest
    directory(bytes, 0x40, 24, 1, false);
    directory(bytes, 0x80, 24, 1033, false);
    bytes.putInt(POSITION + 0x40 + 20, 0x80 | 1 << 31);
    bytes.putInt(POSITION + 0x80 + 20, 0xC0);
    bytes.putInt(POSITION + 0xC0, ADDRESS + 0x100).putInt(POSITION + 0xC4, 92);
    byte[] key = "VS_VERSION_INFO".getBytes(StandardCharsets.UTF_16LE);
    bytes.putShort(POSITION + 0x100, (short) 92).putShort(POSITION + 0x102, (short) 52);
    bytes.position(POSITION + 0x106).put(key);
    if (hasVersion) {
      int info = POSITION + 0x100 + 40;
      bytes.putInt(info, 0xFEEF04BD).putInt(info + 4, 0x10000);
      bytes.putInt(info + 8, version[0].major() << 16 | version[0].minor());
      bytes.putInt(info + 12, 33816 << 16);
    }
    return bytes.array();
  }

  private static void section(ByteBuffer bytes, int at, int address, int position) {
    bytes.putInt(at + 8, 0x200).putInt(at + 12, address);
    bytes.putInt(at + 16, 0x200).putInt(at + 20, position);
  }

  /** Writes a directory of resources with one entry, or with another one in front of it. */
  private static void directory(ByteBuffer bytes, int at, int other, int id, boolean isRoot) {
    int start = POSITION + at;
    bytes.putShort(start + 14, (short) (isRoot ? 2 : 1));
    int entry = start + 16;
    if (isRoot) {
      bytes.putInt(entry, other - 14).putInt(entry + 4, 0xC0);
      entry += 8;
    }
    bytes.putInt(entry, id).putInt(entry + 4, 0x40 | 1 << 31);
  }

  private Optional<String> warning(byte @Nullable [] library) throws IOException {
    if (library != null) {
      Files.write(Files.createDirectories(java.resolve("bin")).resolve("msvcp140.dll"), library);
    }
    return SystemRequirements.warningFor(new Host("Windows Server 2025", "10.0", java));
  }

  @ParameterizedTest
  @CsvSource({"14,36", "14,31", "12,50"})
  void namesAnOldRuntimeAndThreeWaysOut(int major, int minor) {
    assertThatThrownBy(() -> warning(library(new DllVersion(major, minor))))
        .isInstanceOfSatisfying(
            KgCoopException.class,
            e -> assertThat(e.category()).isEqualTo(KgCoopException.Category.CONFIGURATION))
        .hasMessageStartingWith(
            java.resolve("bin/msvcp140.dll") + " has version " + major + "." + minor)
        .hasMessageContainingAll("14.40 or newer", "archive", "newer JDK", "replace the file")
        .message()
        .hasLineCount(1);
  }

  @ParameterizedTest
  @CsvSource({"14,40", "14,44", "15,0"})
  void startsWithANewRuntime(int major, int minor) throws IOException {
    assertThat(warning(library(new DllVersion(major, minor)))).isEmpty();
  }

  @Test
  void startsWithoutARuntimeOfItsOwn() throws IOException {
    assertThat(warning(null)).isEmpty();
  }

  @Test
  void warnsOfALibraryWithoutAVersion() throws IOException {
    assertThat(warning(library())).get().asString().contains("msvcp140.dll", "no version");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MZ", "a text that is no library, but longer than its first header."})
  void warnsOfAFileThatIsNoLibrary(String text) throws IOException {
    assertThat(warning(text.getBytes(StandardCharsets.UTF_8)))
        .get()
        .asString()
        .contains("msvcp140.dll", "no library for Windows");
  }

  /** A damaged library is unreadable, or has some version. */
  @Test
  void startsOrNamesTheFileIfTheLibraryIsDamaged() throws IOException {
    byte[] whole = library(new DllVersion(14, 44));
    for (int length = 0; length < whole.length; length += 3) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatCode(() -> warning(cut)).as("%d bytes", cut.length).doesNotThrowAnyException();
    }
    for (int at = 0; at < whole.length; at++) {
      byte[] changed = whole.clone();
      changed[at] ^= (byte) 0xFF;
      try {
        Optional<String> unused = warning(changed);
      } catch (KgCoopException e) {
        assertThat(e).hasMessageContaining("msvcp140.dll has version");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"14.7.2,true", "12,true", "15.0,false", "26.1,false", "unknown,false"})
  void rejectsAnOldMacOs(String version, boolean isOld) {
    Host host = new Host("Mac OS X", version, java);
    if (isOld) {
      assertThatThrownBy(() -> SystemRequirements.warningFor(host))
          .isInstanceOf(KgCoopException.class)
          .hasMessage(
              "macOS %s is too old: LibTorch's libraries need macOS 15 or newer; update macOS, or "
                  + "use another computer",
              version);
    } else {
      assertThat(SystemRequirements.warningFor(host)).isEmpty();
    }
  }

  /** JavaCPP's error has the message of the system's loader as its cause. */
  @Test
  void explainsErrorsOfLoading() {
    LinkageError error = new UnsatisfiedLinkError("no jnitorch in java.library.path");
    error.initCause(new UnsatisfiedLinkError("libc.so.6: version `GLIBC_2.35' not found"));
    assertThat(SystemRequirements.failure("linux-x86_64", true, error))
        .hasMessageContainingAll("glibc 2.35", "GCC 12", "musl", "version `GLIBC_2.35' not found");
    assertThat(SystemRequirements.failure("linux-x86_64", false, error))
        .hasMessageContainingAll("class path", "kgcoop-natives-PLATFORM");
    assertThat(SystemRequirements.failure("linux-arm64", false, error))
        .hasMessageStartingWith("there are no native libraries for linux-arm64: ");
    assertThat(SystemRequirements.failure("macosx-arm64", true, error))
        .hasMessageStartingWith("the native libraries do not start on this system (");
  }
}
