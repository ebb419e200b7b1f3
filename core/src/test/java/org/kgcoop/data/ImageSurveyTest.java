package org.kgcoop.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSurveyTest {

  @TempDir Path folder;

  private Item image(String key, int label, int width, int height, int color) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, color);
    Path file = folder.resolve(key);
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
    return new Item(key, file, label, label == 0 ? "ant" : "fox");
  }

  private static ImageSurvey survey(List<Item> train, List<Item> val, List<Item> test) {
    return ImageSurvey.of(
        new DataSet("x", List.of("ant", "fox"), train, val, test, null), warning -> {}, done -> {});
  }

  @Test
  void findsTheSameBytesInTrainAndTestAndUnderTwoClasses() throws IOException {
    Item a = image("a.png", 0, 4, 3, 1);
    Item b = image("b.png", 1, 5, 3, 2);
    Item sameAsA = image("c.png", 0, 4, 3, 1);
    Item sameAsB = image("d.png", 0, 5, 3, 2);
    Item other = image("e.png", 1, 9, 8, 3);

    ImageSurvey found = survey(List.of(a, b, sameAsA), List.of(), List.of(sameAsB, other, a));

    assertThat(found.problems()).isEmpty();
    assertThat(found.leaks())
        .containsExactly(
            new ImageSurvey.Twin("b.png", "d.png"), new ImageSurvey.Twin("a.png", "a.png"));
    assertThat(found.contradictions()).containsExactly(new ImageSurvey.Twin("b.png", "d.png"));
    assertThat(found.repeated()).isEqualTo(1); // c.png
    assertThat(found.width()).isEqualTo(new ImageSurvey.Range(4, 5, 9)); // 4 4 4 5 5 9
    assertThat(found.height()).isEqualTo(new ImageSurvey.Range(3, 3, 8));
  }

  @Test
  void continuesAfterAnUnreadableImage() throws IOException {
    Item good = image("a.png", 0, 4, 3, 1);
    Item empty = new Item("e.png", Files.createFile(folder.resolve("e.png")), 1, "fox");
    Item text = new Item("t.png", Files.writeString(folder.resolve("t.png"), "hello"), 1, "fox");
    AtomicInteger most = new AtomicInteger();

    ImageSurvey found =
        ImageSurvey.of(
            new DataSet(
                "x", List.of("ant", "fox"), List.of(empty, good), List.of(), List.of(text), null),
            warning -> {},
            done -> most.accumulateAndGet(done, Math::max));

    assertThat(found.problems()).hasSize(2);
    assertThat(found.problems().get(0)).contains("e.png", "empty");
    assertThat(found.problems().get(1)).contains("t.png", "a text file");
    assertThat(most.get()).isEqualTo(3);
    assertThat(survey(List.of(empty), List.of(), List.of()).width()).isNull();
  }
}
