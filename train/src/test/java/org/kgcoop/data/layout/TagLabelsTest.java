package org.kgcoop.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;

class TagLabelsTest {
  @TempDir Path folder;

  private final List<String> lines = new ArrayList<>();
  private final DataSetOptions options = DataSetOptions.defaults(lines::add).withNotes(lines::add);

  @BeforeEach
  void addImages() throws IOException {
    for (String name :
        List.of("photos/1.png", "photos/2.png", "photos/sub/3.png", "photos/4.png")) {
      Files.createDirectories(folder.resolve(name).getParent());
      Files.writeString(folder.resolve(name), ""); // nobody decodes them here
    }
  }

  private TagSet file(boolean complete, String... rows) {
    try {
      Path file = Files.writeString(folder.resolve("tags.csv"), String.join("\n", rows) + "\n");
      return TagLabels.ofFile(folder.resolve("photos"), file, complete, options);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static List<String> labeled(TagSet set) {
    return set.labeled().train().stream().map(Item::key).toList();
  }

  private String refusal(String... rows) {
    try {
      file(false, rows);
    } catch (KgCoopException e) {
      assertThat(e.category()).isEqualTo(KgCoopException.Category.DATA);
      return String.valueOf(e.getMessage());
    }
    throw new AssertionError("read");
  }

  @Test
  void aMissingPairIsUnknown() {
    TagSet set = file(false, "image,tag", "1.png,beach", "1.png,people", "sub/3.png,people");
    assertThat(set.tags()).containsExactly("beach", "people");
    assertThat(labeled(set)).containsExactly("1.png", "sub/3.png");
    assertThat(set.all().train()).hasSize(4);
    assertThat(set.byImage().get("1.png")).containsExactly("beach", "people");
    assertThat(set.incomplete()).containsExactly("beach"); // both images have people
  }

  @Test
  void aFileWithAllPairsIsComplete() {
    TagSet set = file(false, "image,tag,value", "1.png,a,1", "1.png,b,0", "2.png,a,0", "2.png,b,1");
    assertThat(set.incomplete()).isEmpty();
    assertThat(set.byImage().get("2.png")).containsExactly("b");
  }

  @Test
  void completeLabelsAllImagesOfTheFolder() {
    TagSet set = file(true, "image,tag", "1.png,a");
    assertThat(labeled(set)).containsExactlyInAnyOrder("1.png", "2.png", "4.png", "sub/3.png");
    assertThat(set.incomplete()).isEmpty();
  }

  @Test
  void aRowWithoutATagIsAnImageThatHasNone() {
    TagSet set = file(false, "image,tag", "1.png,a", "4.png,");
    assertThat(labeled(set)).containsExactly("1.png", "4.png");
    assertThat(set.has(set.labeled().train().get(1), "a")).isFalse();
  }

  @Test
  void repeatedRowsCountOnceAndContradictoryOnesAreRefused() {
    TagSet set = file(false, "image,tag", "1.png,a", "1.png,a", "2.png,b");
    assertThat(labeled(set)).hasSize(2);
    assertThat(refusal("image,tag,value", "1.png,a,1", "2.png,a,1", "1.png,a,0"))
        .contains("lines 2 and 4: 1.png has the tag a by one and not by the other");
  }

  @Test
  void namesTheRowsOfUnknownImages() {
    assertThat(refusal("image,tag", "1.png,a", "11.png,a", "x/9.jpg,a"))
        .contains("2 rows name no image of")
        .contains("line 3, 11.png (did you mean 1.png?)")
        .contains("line 4, x/9.jpg")
        .contains("write paths as 1.png");
  }

  @Test
  void pathsMayBeAbsoluteOrOfWindows() {
    Path photos = folder.resolve("photos");
    TagSet set =
        file(
            false,
            "image,tag",
            photos.resolve("1.png").toAbsolutePath() + ",a",
            "./2.png,a",
            "sub/../4.png,b",
            "sub\\3.png,b");
    assertThat(labeled(set)).containsExactlyInAnyOrder("1.png", "2.png", "4.png", "sub/3.png");
    assertThat(refusal("image,tag", "a\0b,a")).contains("1 row names no image");
  }

  @Test
  void aSpreadsheetMayWriteSemicolonsAndEmptyRows() {
    TagSet set =
        file(
            false,
            "\ufeffimage;tag;value\r",
            "\"1.png\";\"a, b\";1\r",
            "2.png;c;0\r",
            ";;\r",
            "\r");
    assertThat(set.byImage()).containsOnlyKeys("1.png", "2.png");
    assertThat(set.byImage().get("1.png")).containsExactly("a, b");
  }

  @Test
  void refusesOtherValuesAndColumns() {
    assertThat(refusal("image,tag,value", "1.png,a,maybe"))
        .contains("line 2: the value is 'maybe'");
    assertThat(refusal("image,tag", "1.png,s\ufffd\ufffd"))
        .contains("line 2: not UTF-8 text; save it as UTF-8");
    assertThat(refusal("path,label", "1.png,a")).contains("expected a first line image,tag");
    assertThat(refusal("image,tag", "1.png,")).contains("no image has a tag");
    assertThat(refusal("image,tag")).contains("no image has a tag");
  }

  @Test
  void namesMayContainAnything() {
    TagSet set =
        file(
            false,
            "\ufeffimage,tag",
            "1.png,\"a, b\"",
            "1.png,\"say \"\"x\"\"\"",
            "2.png,a|b\r",
            "4.png,🏖️");
    assertThat(set.tags()).containsExactlyInAnyOrder("a, b", "say \"x\"", "a|b", "🏖️");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertThatThrownBy(
            () ->
                TagLabels.ofFile(
                    folder.resolve("photos"), folder.resolve("no.csv"), false, options))
        .hasMessageContaining("--tags-file")
        .hasMessageContaining("no.csv");
  }

  private void keyword(String image, String... keywords) {
    Path file = folder.resolve("photos").resolve(image);
    StringBuilder items = new StringBuilder();
    for (String each : keywords) {
      items.append("<rdf:li>").append(each).append("</rdf:li>");
    }
    try {
      Files.writeString(
          file.resolveSibling(file.getFileName() + ".xmp"),
          """
          <x:xmpmeta xmlns:x="adobe:ns:meta/">
           <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
             <dc:subject><rdf:Bag>%s</rdf:Bag></dc:subject>
            </rdf:Description>
           </rdf:RDF>
          </x:xmpmeta>
          """
              .formatted(items));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void keywordsAreTagsAndMissingOnesUnknown() {
    keyword("1.png", "beach", "people");
    keyword("2.png", "people");
    TagSet set = TagLabels.ofKeywords(folder.resolve("photos"), List.of(), options);
    assertThat(set.tags()).containsExactly("beach", "people");
    assertThat(labeled(set)).containsExactly("1.png", "2.png");
    assertThat(set.incomplete()).containsExactly("beach");
    assertThat(lines)
        .anyMatch(line -> line.contains("2 images without a keyword that a person gave"));
  }

  @Test
  void keywordsLoseTheSpacesAroundThemAndOnesOfAnotherCaseAreNamed() {
    keyword("1.png", " beach ", "Beach", " ");
    keyword("2.png", "beach");
    TagSet set = TagLabels.ofKeywords(folder.resolve("photos"), List.of(), options);
    assertThat(set.tags()).containsExactly("Beach", "beach");
    assertThat(set.byImage().get("1.png")).containsExactly("Beach", "beach");
    assertThat(lines).anyMatch(line -> line.contains("keywords Beach, beach: different tags"));
  }

  @Test
  void chosenTagsLeaveTheOtherPhotosAsExamplesWithoutThem() {
    keyword("1.png", "beach", "people");
    keyword("2.png", "forest");
    TagSet set = TagLabels.ofKeywords(folder.resolve("photos"), List.of("beach", "sea"), options);
    assertThat(labeled(set)).containsExactly("1.png", "2.png");
    assertThat(set.tags(true)).containsExactly("beach");
    assertThat(set.tags(false)).containsExactly("sea");
  }

  @Test
  void keywordsOfKgcoopTeachNothing() {
    Path photos = folder.resolve("photos");
    boolean unused =
        PhotoKeywords.write(
            photos.resolve("4.png"),
            photos.resolve("4.png"),
            List.of(List.of("beach"), List.of("people")),
            Set.of("beach", "people"));
    keyword("1.png", "beach");
    assertThat(PhotoKeywords.of(photos.resolve("4.png"))).containsExactly("beach", "people");
    TagSet set = TagLabels.ofKeywords(photos, List.of(), options);
    assertThat(labeled(set)).containsExactly("1.png");
  }
}
