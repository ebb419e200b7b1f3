package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {

  @TempDir Path folder;

  private List<Drawing> read(String json) throws IOException {
    return Catalogue.standard()
        .read(
            IconFixture.packageOf(folder, "made-up", json),
            List.of(IconFixture.set("made-up", "tabler")));
  }

  private static String body(String name) {
    return "\"%s\": {\"body\": \"<path d='M0 0h9v9z'/>\"}".formatted(name);
  }

  @Test
  void drawingHasCaptionAliasConceptStyleAndDomain() throws IOException {
    List<Drawing> drawings =
        read(
            """
            {"suffixes": {"fill": "Fill"},
             "icons": {%s},
             "aliases": {"email-add-fill": {"parent": "mail-plus-fill"},
                         "turned": {"parent": "mail-plus-fill", "rotate": 1}},
             "categories": {"Email": ["mail-plus-fill"]}}
            """
                .formatted(body("mail-plus-fill")));
    assertThat(drawings).hasSize(1);
    Drawing drawing = drawings.get(0);
    assertThat(drawing.captions()).containsExactly("mail plus", "email add", "envelope plus");
    assertThat(drawing.concept()).isEqualTo("envelope plus");
    assertThat(drawing.style()).containsExactly("filled");
    assertThat(drawing.domain()).containsExactly("communication");
  }

  @Test
  void withdrawnAnimatedAndBrandDrawingsAreLeftOut() throws IOException {
    List<Drawing> drawings =
        read(
            """
            {"icons": {"old": {"body": "<path/>", "hidden": true},
                       "loading": {"body": "<path><animate/></path>"},
                       %s, %s, %s}}
            """
                .formatted(body("github"), body("something-logo"), body("tree")));
    assertThat(drawings).extracting(Drawing::caption).containsExactly("tree");
  }

  @Test
  void oneOfSeveralSizesStaysAndVariantsAreNumberedByStyle() throws IOException {
    List<Drawing> drawings =
        read(
            """
            {"suffixes": {"16-filled": "", "24-filled": "", "24-regular": ""},
             "icons": {%s, %s, %s}}
            """
                .formatted(
                    body("tree-16-filled"), body("tree-24-filled"), body("tree-24-regular")));
    assertThat(drawings)
        .extracting(drawing -> drawing.icon().name())
        .containsExactlyInAnyOrder("tree-24-filled", "tree-24-regular");
    assertThat(drawings).extracting(Drawing::variant).containsExactly(0, 1);
  }

  @Test
  void orderOfWordsMakesNoOtherConcept() throws IOException {
    List<Drawing> drawings =
        read("{\"icons\": {%s, %s}}".formatted(body("circle-star"), body("star-circle")));
    assertThat(drawings).extracting(Drawing::concept).containsOnly(drawings.get(0).concept());
  }

  @Test
  void drawingThatNamesASideMayNotBeMirrored() throws IOException {
    List<Drawing> drawings =
        read("{\"icons\": {%s, %s, %s}}".formatted(body("arrow-left"), body("text"), body("tree")));
    assertThat(drawings).extracting(Drawing::flips).containsExactly(false, false, true);
  }

  @Test
  void creditNamesAuthorLicenseAndWhatWasChanged() throws IOException {
    IconPackage icons = IconFixture.packageOf(folder, "made-up", "{\"icons\": {}}");
    assertThat(Credits.table(icons, List.of("made-up")).lines().skip(1))
        .containsExactly(
            "Made Up (made-up)\tA. Nonymous\thttps://a.example\tMIT\thttps://a.example/license"
                + "\trendered to 64x64 bitmaps");
  }
}
