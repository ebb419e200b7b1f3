package org.kgcoop.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;

/** Tests of {@code inspect} with a data set. */
class InspectDataTest {
  @TempDir Path folder;
  private Path data;

  /** Creates two classes. The fox in the test images is also a training image. */
  @BeforeEach
  void makeImages() throws IOException {
    data = folder.resolve("pets");
    image("train/ant/1.png", 8, 6, 0xff0000);
    image("train/fox/1.png", 10, 6, 0x00ff00);
    image("test/ant/1.png", 12, 7, 0xff0001);
    image("test/fox/1.png", 10, 6, 0x00ff00);
  }

  private void image(String name, int width, int height, int color) throws IOException {
    Path file = data.resolve(name);
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        image.setRGB(x, y, color);
      }
    }
    assertThat(ImageIO.write(image, "png", file.toFile())).isTrue();
  }

  @Test
  void printsSizesAndImagesInTrainAndTest() throws IOException {
    Cli.Result result = Cli.run("inspect", data, "--json");

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err())
        .contains("warning: 1 test image is a training image too", "test/fox/1.png");
    JsonNode json = new ObjectMapper().readTree(result.out());
    assertThat(json.path("width").toString())
        .isEqualTo("{\"least\":8,\"median\":10,\"greatest\":12}");
    assertThat(json.path("height").path("greatest").asInt()).isEqualTo(7);
    assertThat(json.path("in_train_and_test").path(0).asText())
        .isEqualTo("train/fox/1.png = test/fox/1.png");
    assertThat(json.path("class_counts").path(1).path("train").asInt()).isEqualTo(1);
  }

  @Test
  void namesUnreadableImagesAndContinues() throws IOException {
    Files.writeString(data.resolve("train/ant/2.png"), "hello");

    Cli.Result result = Cli.run("inspect", data);

    assertThat(result.err()).contains("1 image cannot be read");
    assertThat(result.out()).containsPattern("bad: .*2.png: this is a text file");
    assertThat(Cli.run("inspect", data, "--quick").err()).isEmpty();
  }

  @Test
  void reportsThatImagesAreDivided() throws IOException {
    Path plain = folder.resolve("plain");
    for (String name : new String[] {"ant/1.png", "ant/2.png", "fox/1.png", "fox/2.png"}) {
      image("../plain/" + name, 8, 6, name.hashCode());
    }

    assertThat(Cli.run("inspect", plain, "--quick").err())
        .containsOnlyOnce("no train and test parts")
        .contains("2 train, 0 val, 2 test");
    assertThat(Cli.run("inspect", plain, "--quick", "--quiet").err()).isEmpty();
  }

  @Test
  void asksWhetherAFolderHasImagesOfNoClass() throws IOException {
    image("train/Other/1.png", 8, 6, 0xff);
    image("test/Other/1.png", 8, 6, 0xfe);
    assertThat(Cli.run("inspect", data, "--quick").err().lines())
        .singleElement()
        .asString()
        .contains("pets: does \"Other\" contain images of no class?", "--unknown");
  }

  @Test
  void drawsAContactSheet() throws IOException {
    Path sheet = folder.resolve("sheet.png");

    assertThat(Cli.run("inspect", data, "--contact-sheet", sheet).exitCode()).isZero();
    byte[] written = Files.readAllBytes(sheet);
    Cli.Result again = Cli.run("inspect", data, "--contact-sheet", sheet);
    assertThat(again.exitCode()).isEqualTo(2);
    assertThat(again.errorLine()).contains(sheet + " exists", "--overwrite");
    assertThat(sheet).hasBinaryContent(written);
    Object[] overwriting = {"inspect", data, "--contact-sheet", sheet, "--overwrite"};
    assertThat(Cli.run(overwriting).exitCode()).isZero();

    BufferedImage image = ImageIO.read(sheet.toFile());
    assertThat(image.getHeight()).isEqualTo(2 * 76); // 76 pixels per class
    // The name takes 220 pixels. The middle of the first cell after it has the color of the class.
    assertThat(image.getRGB(220 + 38, 38) & 0xffffff).isEqualTo(0xff0000);
    assertThat(image.getRGB(220 + 38, 76 + 38) & 0xffffff).isEqualTo(0x00ff00);
  }
}
