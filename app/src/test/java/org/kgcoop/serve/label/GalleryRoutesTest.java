package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.label.Labeling;
import org.kgcoop.serve.label.LabelSite.Answer;

/** Tests of the requests of the screen "All images". */
@Timeout(240)
class GalleryRoutesTest {
  private static final String A = "'browser': 'A'";

  @TempDir Path folder;
  private Clip clip;
  private Labeling labeling;
  private LabelSite site;

  @BeforeEach
  void open() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    clip = Clip.load(folder.resolve("clip"));
    Path photos = Files.createDirectories(folder.resolve("photos"));
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 1600; p++) {
        image.setRGB(p % 40, p / 40, p % 40 < 3 * i ? 0x101010 : i % 2 == 0 ? 0xc01010 : 0x1010c0);
      }
      ImageIO.write(image, "png", photos.resolve("%02d.png".formatted(i)).toFile());
    }
    Files.writeString(photos.resolve("13.png"), "no image");
    labeling = Labeling.of(photos, clip).classes("red", "blue").audit(0).open();
    site = LabelSite.of(labeling);
  }

  @AfterEach
  void close() {
    site.close();
    labeling.close();
    clip.close();
  }

  private static List<Integer> numbers(JsonNode list) {
    List<Integer> numbers = new ArrayList<>();
    list.forEach(each -> numbers.add(each.asInt()));
    return numbers;
  }

  private List<Integer> view(String options) {
    Answer answer = site.post("/label/view", "{" + A + options + "}");
    assertThat(answer.status()).as(answer.error()).isEqualTo(200);
    return numbers(answer.json().path("images"));
  }

  @Test
  void aPersonFindsImagesAndNamesThem() {
    List<Integer> all = view("");
    assertThat(all).hasSize(12).isSorted();
    assertThat(view(", 'shown': 'unreadable'")).hasSize(1).doesNotContainAnyElementsOf(all);
    assertThat(view(", 'order': 'like', 'image': 5").get(0)).isEqualTo(5);
    assertThat(view(", 'order': 'text', 'text': 'a red thing'"))
        .containsExactlyInAnyOrderElementsOf(all);

    JsonNode tiles =
        site.post("/label/tiles", "{" + A + ", 'images': [3, 4]}").json().path("tiles");
    assertThat(tiles.path(0).path("name").asText()).isEqualTo("03.png");
    assertThat(tiles.path(0).path("by").asText()).isEqualTo("program");

    Answer chosen = site.post("/label/choose", "{" + A + ", 'labels': {'3': 1, '4': -1}}");
    assertThat(chosen.status()).as(chosen.error()).isEqualTo(200);
    assertThat(site.get("/label/state").json().path("labeled").asInt()).isEqualTo(2);
    assertThat(chosen.json().path("tiles").path(0).path("class").asInt()).isEqualTo(1);
    assertThat(view(", 'shown': 'class', 'class': 1, 'by': 'person'")).containsExactly(3);
    assertThat(view(", 'shown': 'none', 'by': 'person'")).containsExactly(4);

    Answer undone = site.post("/label/undo", "{" + A + "}");
    assertThat(undone.json().path("labeled").asInt()).isZero();
    assertThat(undone.json().has("page")).isFalse();
    assertThat(view(", 'by': 'person'")).isEmpty();
  }

  @Test
  void imagesThatTheTabDoesNotShowCannotBeNamed() {
    site.post("/label/tiles", "{'browser': 'B', 'images': [3]}");
    Answer refused = site.post("/label/choose", "{" + A + ", 'labels': {'3': 1}}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.error()).isEqualTo("labels: expected images that this tab shows");
    assertThat(site.get("/label/state").json().path("labeled").asInt()).isZero();
  }

  @Test
  void badRequestsAreRefusedInOneLine() {
    for (String[] bad :
        new String[][] {
          {"/label/view", ", 'shown': 'x'", "shown 'x': expected all, class"},
          {"/label/view", ", 'shown': 'class', 'class': 9", "there is no class 9"},
          {"/label/view", ", 'order': 'like', 'image': 99", "there is no such image"},
          {"/label/view", ", 'order': 'text', 'text': ' '", "text: expected words"},
          {"/label/tiles", ", 'images': 3", "images: expected a list of up to 500"},
          {"/label/tiles", ", 'images': [99]", "there is no such image"},
          {"/label/choose", ", 'labels': {}", "labels: expected images that this tab shows"}
        }) {
      Answer answer = site.post(bad[0], "{" + A + bad[1] + "}");
      assertThat(answer.status()).as(bad[1]).isEqualTo(400);
      assertThat(answer.error()).startsWith(bad[2]);
    }
  }
}
