package org.kgcoop.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.adobe.internal.xmp.XMPIterator;
import com.adobe.internal.xmp.XMPMetaFactory;
import com.adobe.internal.xmp.properties.XMPPropertyInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FailingDisk;

class PhotoKeywordsTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "Füchse 🦊");

  /** A sidecar with what digiKam and darktable write, and with properties of unknown programs. */
  static final String SIDECAR =
      """
      <?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
      <x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 4.4.0-Exiv2">
       <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
          xmlns:digiKam="http://www.digikam.org/ns/1.0/" xmlns:u="urn:unknown:"
          xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
          xmlns:darktable="http://darktable.sf.net/" xmp:Rating="4" u:größe="ünï 日本 &amp; &lt;">
         <digiKam:TagsList><rdf:Seq><rdf:li>Orte/Köln</rdf:li></rdf:Seq></digiKam:TagsList>
         <dc:subject><rdf:Bag><rdf:li>Köln</rdf:li><rdf:li>日本</rdf:li></rdf:Bag></dc:subject>
         <dc:description><rdf:Alt><rdf:li xml:lang="x-default">a</rdf:li>
          <rdf:li xml:lang="de">ä</rdf:li></rdf:Alt></dc:description>
         <exif:GPSTimeStamp>2020-01-01T10:00:00Z</exif:GPSTimeStamp>
         <darktable:history><rdf:Seq>
          <rdf:li darktable:num="0" darktable:params="0a0b" darktable:blendop="gz=="/>
         </rdf:Seq></darktable:history>
        </rdf:Description>
       </rdf:RDF>
      </x:xmpmeta>
      <?xpacket end="w"?>
      """;

  @TempDir Path folder;
  private Path image;
  private Path sidecar;

  @BeforeEach
  void image() throws IOException {
    image = Files.writeString(folder.resolve("photo.jpg"), "no image");
    sidecar = folder.resolve("photo.jpg.xmp");
  }

  private boolean write(String... levels) {
    return PhotoKeywords.write(
        image, image, levels.length == 0 ? List.of() : List.of(List.of(levels)), CLASSES);
  }

  /** Returns the value of every simple property of a sidecar by its namespace and path. */
  private static Map<String, String> properties(byte[] xmp) throws Exception {
    Map<String, String> properties = new TreeMap<>();
    XMPIterator all = XMPMetaFactory.parseFromBuffer(xmp).iterator();
    while (all.hasNext()) {
      XMPPropertyInfo each = (XMPPropertyInfo) all.next();
      if (each.getPath() != null) {
        properties.put(each.getNamespace() + " " + each.getPath(), each.getValue());
      }
    }
    return properties;
  }

  private Map<String, String> properties() throws Exception {
    return properties(Files.readAllBytes(sidecar));
  }

  @Test
  void aNewSidecarHasTheClassAsKeywordWithTheGroupsAboveIt() throws Exception {
    assertThat(write("Tiere", "Füchse 🦊")).isTrue();

    assertThat(properties().values()).contains("Füchse 🦊", "Tiere|Füchse 🦊");
    assertThat(PhotoKeywords.of(image)).containsExactly("Füchse 🦊");
    assertThat(image).hasContent("no image");
  }

  @Test
  void everythingInTheSidecarOfAnotherProgramStays() throws Exception {
    Files.writeString(sidecar, SIDECAR);
    Map<String, String> before = properties();

    assertThat(write("Tiere", "cat")).isTrue();

    assertThat(properties()).containsAllEntriesOf(before).hasSizeGreaterThan(before.size());
    assertThat(properties().values()).contains("Tiere|cat", "Tiere/cat", "ünï 日本 & <");
    assertThat(PhotoKeywords.of(image)).containsExactly("Köln", "cat", "日本");
  }

  @Test
  void aKeywordThatIsNoTextStays() throws Exception {
    String odd = "<rdf:li/><rdf:li u:a='1'/><rdf:li xml:lang='ja'>";
    Files.writeString(sidecar, SIDECAR.replace("<rdf:li>日本", odd + "日本"));
    Map<String, String> before = properties();

    write("cat");

    assertThat(properties()).containsAllEntriesOf(before);
    assertThat(PhotoKeywords.of(image)).containsExactly("Köln", "cat", "日本");
  }

  @Test
  void anotherClassReplacesOnlyTheKeywordThatWasAddedBefore() throws Exception {
    Files.writeString(sidecar, SIDECAR.replace("Köln", "dog")); // "dog" is a person's
    write("cat");
    assertThat(PhotoKeywords.of(image)).containsExactly("cat", "dog", "日本");

    write("Füchse 🦊");
    assertThat(PhotoKeywords.of(image)).containsExactly("Füchse 🦊", "dog", "日本");
    write("dog");
    assertThat(PhotoKeywords.of(image)).containsExactly("dog", "日本");
    write("cat"); // would remove "dog" if a call before had taken it for its own
    assertThat(PhotoKeywords.of(image)).containsExactly("cat", "dog", "日本");
    write(); // none of these
    assertThat(PhotoKeywords.of(image)).containsExactly("dog", "日本");
  }

  @Test
  void aKeywordOfAnotherClassifierStays() {
    PhotoKeywords.write(image, image, List.of(List.of("indoor")), List.of("indoor", "outdoor"));
    write("cat");

    assertThat(PhotoKeywords.of(image)).containsExactly("cat", "indoor");
  }

  @Test
  void nothingIsWrittenTwiceOrForNoClass() throws IOException {
    assertThat(write()).isFalse();
    assertThat(sidecar).doesNotExist();

    write("cat");
    byte[] once = Files.readAllBytes(sidecar);

    assertThat(write("cat")).isFalse();
    assertThat(sidecar).hasBinaryContent(once);
  }

  @Test
  void aGroupIsReplacedWithItsClass() throws Exception {
    write("Pets", "cat");
    write("Animals", "cat");

    assertThat(properties().values()).contains("Animals|cat").doesNotContain("Pets|cat");
    assertThat(PhotoKeywords.of(image)).containsExactly("cat");
  }

  @Test
  void aClassNameHasNoSeparatorOfLevels() throws Exception {
    PhotoKeywords.write(image, image, List.of(List.of("a/b|c")), List.of("a/b|c"));

    assertThat(PhotoKeywords.of(image)).containsExactly("a-b-c");
  }

  /** It may belong to photo.cr2. */
  @Test
  void aSidecarWithoutTheEndingOfTheImageIsReadAndNeverChanged() throws Exception {
    Path other = Files.writeString(folder.resolve("photo.xmp"), SIDECAR);
    assertThat(PhotoKeywords.of(image)).containsExactly("Köln", "日本");

    write("cat");

    assertThat(other).hasContent(SIDECAR);
    assertThat(PhotoKeywords.of(image)).containsExactly("Köln", "cat", "日本");
    assertThat(properties().values()).contains("Köln").doesNotContain("ünï 日本 & <");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no XML",
        "<html/>",
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'/>",
        "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"
      })
  void anUnreadableSidecarIsNamedAndStaysAsItIs(String content) throws IOException {
    Files.writeString(sidecar, content);

    assertThatThrownBy(() -> write("cat"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(sidecar + ": not an XMP sidecar, so it is left as it is: ")
        .hasMessageNotContaining("\n");
    assertThatThrownBy(() -> PhotoKeywords.of(image)).hasMessageStartingWith(sidecar + ": not an");
    assertThat(sidecar).hasContent(content);
  }

  @Test
  void bytesThatAreNotUtf8AreNotTakenForAnotherText() throws IOException {
    byte[] latin = SIDECAR.getBytes(StandardCharsets.ISO_8859_1);
    Files.write(sidecar, latin);

    assertThatThrownBy(() -> write("cat")).hasMessageContaining("not an XMP sidecar");
    assertThat(sidecar).hasBinaryContent(latin);
  }

  @ParameterizedTest
  @EnumSource
  void anEndAtAnyPointLeavesTheOldOrTheNewSidecar(FailingDisk.End end) throws Exception {
    Files.writeString(sidecar, SIDECAR);
    write("cat");
    byte[] after = Files.readAllBytes(sidecar);
    boolean isEnded = true;
    for (int point = 0; isEnded; point++) {
      Files.writeString(sidecar, SIDECAR);
      try (FailingDisk disk = new FailingDisk(point, end)) {
        try {
          write("cat");
        } catch (FailingDisk.Ended | KgCoopException e) {
          assertThat(e.toString()).doesNotContain("left as it is");
        }
        isEnded = disk.isEnded();
      }
      assertThat(Files.readAllBytes(sidecar)).isIn(SIDECAR.getBytes(StandardCharsets.UTF_8), after);
    }
    assertThat(sidecar).hasBinaryContent(after);
  }

  @Test
  void twoCallsAtOnceKeepTheKeywordsOfBoth() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d")) {
      threads.add(
          new Thread(
              () -> {
                for (int i = 0; i < 5; i++) {
                  PhotoKeywords.write(image, image, List.of(List.of(name + i)), List.of(name + i));
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread each : threads) {
      each.join();
    }

    assertThat(PhotoKeywords.of(image)).hasSize(20).contains("a0", "b4", "d2");
  }

  /** Returns a JPEG file without an image, with one segment. */
  private static byte[] jpeg(int marker, byte[] segment) throws IOException {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(HexFormat.of().parseHex("ffd8ff"));
    file.write(marker);
    file.write((segment.length + 2) >> 8);
    file.write(segment.length + 2);
    file.write(segment);
    file.write(HexFormat.of().parseHex("ffd9"));
    return file.toByteArray();
  }

  @Test
  void keywordsInAPhotoAreReadAndGoIntoItsSidecar() throws Exception {
    byte[] photo =
        jpeg(0xe1, ("http://ns.adobe.com/xap/1.0/\0" + SIDECAR).getBytes(StandardCharsets.UTF_8));
    Files.write(image, photo);
    assertThat(PhotoKeywords.of(image)).containsExactly("Köln", "日本");

    write("cat");

    assertThat(PhotoKeywords.of(image)).containsExactly("Köln", "cat", "日本");
    assertThat(image).hasBinaryContent(photo);
  }

  @Test
  void keywordsOfIptcAreRead() throws IOException {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    data.write(HexFormat.of().parseHex("1c015a00031b2547")); // UTF-8
    for (String keyword : List.of("Köln", "sea")) {
      byte[] text = keyword.getBytes(StandardCharsets.UTF_8);
      data.write(HexFormat.of().parseHex("1c021900"));
      data.write(text.length);
      data.write(text);
    }
    byte[] iptc = data.toByteArray();
    ByteArrayOutputStream segment = new ByteArrayOutputStream();
    segment.write("Photoshop 3.0\0008BIM".getBytes(StandardCharsets.US_ASCII));
    segment.write(HexFormat.of().parseHex("04040000000000"));
    segment.write(iptc.length);
    segment.write(iptc);
    segment.write(new byte[iptc.length % 2]);
    Files.write(image, jpeg(0xed, segment.toByteArray()));

    assertThat(PhotoKeywords.of(image)).containsExactly("Köln", "sea");
  }

  @Test
  void aCopyGetsTheContentOfTheSidecar() throws Exception {
    Files.writeString(sidecar, SIDECAR);
    Path copy = Files.createDirectories(folder.resolve("cat")).resolve("photo.jpg");

    PhotoKeywords.write(image, copy, List.of(List.of("cat")), CLASSES);

    assertThat(sidecar).hasContent(SIDECAR);
    assertThat(PhotoKeywords.of(copy)).containsExactly("Köln", "cat", "日本");
    try (Stream<Path> files = Files.list(copy.getParent())) {
      assertThat(files).hasSize(1);
    }
  }

  /** Adobe's library gave the other language the text of {@code x-default}. */
  @Test
  void textsInOtherLanguagesStay() throws Exception {
    Files.writeString(
        sidecar,
        SIDECAR
            .replace("xml:lang=\"x-default\">a<", "xml:lang=\"fr\">un<")
            .replace("xml:lang=\"de\">ä<", "xml:lang=\"x-default\">one<"));

    write("cat");

    assertThat(sidecar)
        .content()
        .contains("<rdf:li xml:lang=\"fr\">un</rdf:li>")
        .contains("<rdf:li xml:lang=\"x-default\">one</rdf:li>");
  }

  @Test
  void aSidecarIsTheSameAgainAfterItsKeywordIsRemoved() throws IOException {
    Files.writeString(sidecar, SIDECAR.replaceFirst("<digiKam:TagsList>.*\n", ""));
    byte[] before = Files.readAllBytes(sidecar);

    write("cat");
    assertThat(sidecar).content().contains("<rdf:li>日本</rdf:li><rdf:li>cat</rdf:li></rdf:Bag>");
    write();

    assertThat(new String(Files.readAllBytes(sidecar), StandardCharsets.UTF_8).lines())
        .filteredOn(
            line -> !line.matches(".*(hierarchicalSubject|rdf:Bag>|Köln</rdf:li>|日本</rdf:li>).*"))
        .containsExactlyElementsOf(
            new String(before, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.contains("dc:subject"))
                .toList());
  }

  @Test
  void aSidecarWithoutPropertiesGetsKeywords() throws Exception {
    for (String content :
        List.of(
            "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>",
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF"
                + " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description"
                + " rdf:about=''/></rdf:RDF></x:xmpmeta>")) {
      Files.writeString(sidecar, content);
      assertThat(write("cat")).isTrue();
      assertThat(properties().values()).contains("cat");
      assertThat(PhotoKeywords.of(image)).containsExactly("cat");
    }
  }

  @Test
  void deepElementsStay() throws IOException {
    int depth = 20_000;
    String deep = "<u:a>".repeat(depth) + "</u:a>".repeat(depth);
    Files.writeString(
        sidecar, SIDECAR.replace("<exif:GPSTimeStamp>", deep + "<exif:GPSTimeStamp>"));
    byte[] before = Files.readAllBytes(sidecar);
    try {
      write("cat");
      assertThat(sidecar).content().contains(deep);
    } catch (KgCoopException e) { // newer Java versions limit the depth
      assertThat(e).hasMessageContaining("left as it is");
      assertThat(sidecar).hasBinaryContent(before);
    }
  }

  @Test
  void aNumberOfACharacterStays() throws IOException {
    String content =
        "<?xml version='1.1'?>"
            + SIDECAR.replaceFirst("(?s)^.*?(<x:)", "$1").replace("ünï", "&#1;");
    Files.writeString(sidecar, content);
    try {
      write("cat");
    } catch (KgCoopException e) {
      assertThat(e).hasMessageContaining("left as it is");
    }
    assertThat(sidecar).content().contains("&#1;");
  }

  @Test
  void letteringOfOtherEncodingsStays() throws IOException {
    for (String name : List.of("UTF-16LE", "UTF-16BE", "ISO-8859-1")) {
      Charset charset = Charset.forName(name);
      String mark = name.startsWith("UTF") ? "\ufeff" : "";
      String content =
          mark
              + "<?xml version='1.0' encoding='%s'?>"
                  .formatted(name.substring(0, name.startsWith("UTF") ? 6 : name.length()))
              + SIDECAR
                  .replaceFirst("(?s)^.*?(<x:)", "$1")
                  .replaceAll("[^\\x00-\\xff]", "?")
                  .replaceAll("<[?]xpacket.*", "");
      Files.write(sidecar, content.getBytes(charset));

      write("Füchse 🦊");

      String after = new String(Files.readAllBytes(sidecar), charset);
      assertThat(after).startsWith(content.substring(0, content.indexOf("<digiKam:TagsList")));
      assertThat(PhotoKeywords.of(image)).contains("Füchse 🦊", "Köln");
    }
  }

  @Test
  void aKeywordMayHaveAnyCharacter() {
    List<String> odd = List.of("a\u0001b\n& <c> \"]]>\ud800");
    PhotoKeywords.write(image, image, List.of(odd), odd);

    assertThat(PhotoKeywords.of(image)).containsExactly("a b & <c> \"]]> ");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theModeOfASidecarStays() throws IOException {
    for (String mode : List.of("rw-r-----", "rw-rw-rw-", "rw-------")) {
      Files.writeString(sidecar, SIDECAR);
      Files.setPosixFilePermissions(sidecar, PosixFilePermissions.fromString(mode));
      write("cat");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(sidecar)))
          .isEqualTo(mode);
      Path copy = Files.createDirectories(folder.resolve("cat")).resolve("photo.jpg");
      PhotoKeywords.write(image, copy, List.of(List.of("cat")), CLASSES);
      assertThat(Files.getPosixFilePermissions(PhotoKeywords.sidecar(copy)))
          .isEqualTo(PosixFilePermissions.fromString(mode));
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aSidecarThatCannotBeReplacedStaysAsItIs() throws Exception {
    Files.writeString(sidecar, SIDECAR);
    Path other = Files.createLink(folder.resolve("other"), sidecar);
    assertThatThrownBy(() -> write("cat"))
        .hasMessageContaining("has other names (hard links), so it is left as it is");
    Files.delete(other);
    Files.setPosixFilePermissions(sidecar, PosixFilePermissions.fromString("r--r--r--"));
    assertThatThrownBy(() -> write("cat"))
        .hasMessageContaining("read-only, so it is left as it is");
    assertThat(sidecar).hasContent(SIDECAR);
    Files.delete(sidecar);

    Path unused = Files.createDirectory(sidecar);
    assertRefused(image);
    Files.delete(sidecar);
    assertThat(
            new ProcessBuilder("mkfifo", sidecar.toString()).start().waitFor(1, TimeUnit.MINUTES))
        .isTrue();
    assertRefused(image);
    Files.delete(sidecar);
    Files.createSymbolicLink(sidecar, Path.of("/dev/zero"));
    assertRefused(image);
    Files.delete(sidecar);
    Files.createSymbolicLink(sidecar, sidecar);
    assertRefused(image);
    Files.delete(sidecar);
    assertRefused(folder.resolve("x".repeat(250) + ".jp")); // with .xmp one byte too long
  }

  private static void assertRefused(Path image) {
    assertThatThrownBy(() -> PhotoKeywords.write(image, image, List.of(List.of("cat")), CLASSES))
        .isInstanceOfSatisfying(
            KgCoopException.class,
            e -> assertThat(e.category()).isEqualTo(KgCoopException.Category.DATA))
        .hasMessageContaining("left as it is");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aSidecarWithTheLongestNameIsWritten() throws IOException {
    Path long251 = Files.writeString(folder.resolve("é".repeat(123) + "x.jpg"), "no image");
    assertThat(PhotoKeywords.write(long251, long251, List.of(List.of("cat")), CLASSES)).isTrue();
    assertThat(PhotoKeywords.of(long251)).containsExactly("cat");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLineBreakInTheNameOfAnImageDoesNotMakeItASidecar() throws IOException {
    Path odd = Files.writeString(folder.resolve("a\nb.jpg"), "no image");
    assertThat(PhotoKeywords.write(odd, odd, List.of(List.of("cat")), CLASSES)).isTrue();
    assertThat(PhotoKeywords.of(odd)).containsExactly("cat");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<dc:subject rdf:parseType='Resource'><u:a>1</u:a></dc:subject>",
        "<dc:subject rdf:resource='urn:a'/>",
      })
  void keywordsThatAreNoListStay(String odd) throws IOException {
    String content = SIDECAR.replaceFirst("<dc:subject>.*</dc:subject>", odd);
    Files.writeString(sidecar, content);

    assertThatThrownBy(() -> write("cat"))
        .hasMessageContaining(
            "its keywords cannot be changed, so it is left as it is: dc:subject is not a list");
    assertThat(sidecar).hasContent(content);
  }
}
