package org.kgcoop.data.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.progress.Progress;

class UnpackerTest {
  @TempDir Path folder;

  private final Unpacker unpacker = new Unpacker(Progress.SILENT);

  private static byte[] tar(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      for (String name : names) {
        byte[] content = name.getBytes(StandardCharsets.UTF_8);
        TarArchiveEntry entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        out.putArchiveEntry(entry);
        out.write(content);
        out.closeArchiveEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] zip(String name, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry(name));
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private Path archive(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private void unpack(Path archive, String... wanted) {
    unpack(unpacker, archive, wanted);
  }

  private void unpack(Unpacker with, Path archive, String... wanted) {
    Download.Source source = new Download.Source(List.of(), true, Map.of(), false, false, false);
    with.unpack(List.of(archive), source, List.of(wanted), folder.resolve("set"));
  }

  private void assertNothingLeft() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).hasSize(1); // the archive
    }
  }

  @Test
  void theWantedFolderOfATarIsUnpacked() throws IOException {
    Path archive = archive("a.tar.gz", tar("release/data/images/1.jpg", "release/readme.txt"));

    unpack(archive, "images");

    assertThat(folder.resolve("set/images/1.jpg")).hasContent("release/data/images/1.jpg");
    assertThat(folder.resolve("set/readme.txt")).doesNotExist();
  }

  @Test
  void twoArchivesMeetInOneFolder() throws IOException {
    unpack(archive("a.tar.gz", tar("images/1.jpg", "x.txt")), "images");
    unpack(archive("b.tgz", tar("annotations/list.txt", "y.txt")), "annotations/list.txt");

    assertThat(folder.resolve("set/images/1.jpg")).exists();
    assertThat(folder.resolve("set/annotations/list.txt")).exists();
  }

  @Test
  void anArchiveInAnArchiveIsUnpackedBesideItself() throws IOException {
    byte[] inner = tar("101_ObjectCategories/cat/1.jpg");
    Path archive = archive("a.zip", zip("caltech-101/101_ObjectCategories.tar.gz", inner));

    unpack(archive, "101_ObjectCategories");

    assertThat(folder.resolve("set/101_ObjectCategories/cat/1.jpg")).exists();
    assertThat(folder.resolve("set/101_ObjectCategories.tar.gz")).doesNotExist();
  }

  @Test
  void namesThatLeadOutOfTheFolderAreRefused() throws IOException {
    for (String name : new String[] {"../evil.txt", "set/../../evil.txt", "/tmp/../evil.txt"}) {
      Path zip = archive("a.zip", zip(name, new byte[] {1}));
      assertThatThrownBy(() -> unpack(zip, "images"))
          .as(name)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("is outside the folder");
      assertNothingLeft();
    }
    assertThat(folder.resolveSibling("evil.txt")).doesNotExist();
  }

  @Test
  void aNameThatNoFileCanHaveIsRefused() throws IOException {
    Path zip = archive("a.zip", zip("a\u0000\u001b[31m.txt", new byte[] {1}));
    assertThatThrownBy(() -> unpack(zip, "images"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("entry 'a??[31m.txt' has an invalid name");
    assertNothingLeft();
  }

  @Test
  void rejectsLinks() throws IOException {
    for (byte kind : new byte[] {TarConstants.LF_SYMLINK, TarConstants.LF_LINK}) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (TarArchiveOutputStream out = new TarArchiveOutputStream(bytes)) {
        TarArchiveEntry link = new TarArchiveEntry("images", kind);
        link.setLinkName("/etc");
        out.putArchiveEntry(link);
        out.closeArchiveEntry();
      }
      Path archive = archive("a.tar", bytes.toByteArray());
      assertThatThrownBy(() -> unpack(archive, "images"))
          .hasMessageContaining("'images' is a link or device");
      assertNothingLeft();
    }
  }

  @Test
  void archivesInArchivesEndAtTheThird() throws IOException {
    byte[] third = zip("c.zip", zip("d.txt", new byte[] {1}));
    byte[] second = zip("b.zip", third);
    unpack(archive("a.zip", second), "d.txt");
    assertThat(folder.resolve("set/d.txt")).exists();

    Files.delete(folder.resolve("set/d.txt"));
    Files.delete(folder.resolve("set"));
    Path deep = archive("a.zip", zip("a.zip", second));
    assertThatThrownBy(() -> unpack(deep, "images"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("too deep");
    assertNothingLeft();
  }

  @Test
  void anArchiveThatUnpacksToFarMoreThanItsSizeIsRefused() throws IOException {
    Unpacker small = new Unpacker(Progress.SILENT, 1 << 20);
    byte[] zeros = zip("zeros.bin", new byte[3 << 20]);
    unpack(small, archive("a.zip", zip("x.txt", new byte[500_000])), "x.txt");
    assertThat(folder.resolve("set/x.txt")).hasSize(500_000);
    Files.delete(folder.resolve("set/x.txt"));
    Files.delete(folder.resolve("set"));

    for (byte[] content : List.of(zeros, zip("inner.zip", zeros))) {
      Path archive = archive("a.zip", content);
      assertThatThrownBy(() -> unpack(small, archive, "x.txt"))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("unpacks to more than 1 MB");
      assertNothingLeft();
    }
  }

  @Test
  void aNameOfAnyLengthIsNotRead() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream out = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
      TarArchiveEntry name = new TarArchiveEntry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME);
      name.setSize(32 << 20);
      out.putArchiveEntry(name);
      out.write(new byte[32 << 20]);
      out.closeArchiveEntry();
    }
    Path archive = archive("a.tgz", bytes.toByteArray());
    assertThatThrownBy(() -> unpack(archive, "images"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("33554432 bytes");
    assertNothingLeft();
  }

  @Test
  void anArchiveThatIsCutShortLeavesNothing() throws IOException {
    byte[] whole = tar("images/1.jpg", "images/2.jpg");
    Path archive = archive("a.tar.gz", Arrays.copyOf(whole, whole.length / 2));

    assertThatThrownBy(() -> unpack(archive, "images"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cannot be unpacked");
    assertNothingLeft();
  }

  @Test
  void aZipWithZip64EntriesIsUnpackedWhateverItsName() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(bytes)) {
      out.setUseZip64(Zip64Mode.Always);
      out.putArchiveEntry(new ZipArchiveEntry("sketch/a/1.jpg"));
      out.write(1);
      out.closeArchiveEntry();
    }

    unpack(archive("a.tar.gz", bytes.toByteArray()), "sketch");

    assertThat(folder.resolve("set/sketch/a/1.jpg")).exists();
  }

  @Test
  void anArchiveWithoutTheWantedFolderIsKept() throws IOException {
    Path archive = archive("a.tar.gz", tar("other/1.jpg"));

    assertThatThrownBy(() -> unpack(archive, "images"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("does not contain images; the archive is kept");
    assertNothingLeft();
  }
}
