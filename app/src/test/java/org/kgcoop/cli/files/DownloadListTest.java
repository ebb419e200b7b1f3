package org.kgcoop.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;

/** Tests of published data sets below a root folder. */
class DownloadListTest {
  @TempDir Path root;

  /** Creates EuroSAT with two of its classes and ten images per class, and a split of them. */
  @BeforeEach
  void makeEuroSat() throws IOException {
    ObjectNode split = new ObjectMapper().createObjectNode();
    for (String name : List.of("Forest", "River")) {
      Path folder = Files.createDirectories(root.resolve("eurosat/2750").resolve(name));
      for (int i = 0; i < 10; i++) {
        BufferedImage image = new BufferedImage(3, 3, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, i);
        assertThat(ImageIO.write(image, "png", folder.resolve(i + ".jpg").toFile())).isTrue();
        split
            .withArray(i < 5 ? "train" : i < 7 ? "val" : "test")
            .addArray()
            .add(name + "/" + i + ".jpg")
            .add(name.equals("River") ? 1 : 0)
            .add(name);
      }
    }
    Files.writeString(root.resolve("eurosat/split_zhou_EuroSAT.json"), split.toString());
    Files.createDirectories(root.resolve("food-101/images"));
  }

  private static JsonNode json(Cli.Result result) throws IOException {
    return new ObjectMapper().readTree(result.out());
  }

  @Test
  void listsAllWithWhatIsMissing() throws IOException {
    Cli.Result result = Cli.run("download", "--list", "--root", root);

    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("OxfordPets", "not there", "(792.6 MB)", "embedded:objects")
        .containsPattern(
            "EuroSAT .* not as published: 2 of 10 classes, 10 of 13500 training images, 4 of 5400"
                + " validation images, 6 of 8100 test images")
        .containsPattern("Food101 .* incomplete");
    JsonNode listed = json(Cli.run("download", "--list", "--root", root, "--json"));
    assertThat(listed.path("data_sets")).hasSize(15);
    assertThat(listed.path("data_sets").findValuesAsText("state")).doesNotContain("whole");
    assertThat(listed.findValuesAsText("difference")).hasSize(1);
    Files.delete(root.resolve("eurosat/2750/River/3.jpg"));
    assertThat(Cli.run("download", "--list", "eurosat", "--root", root).out())
        .containsPattern("EuroSAT .* not as published: .*River/3.jpg");
    assertThat(result.out())
        .contains("./kgcoop download OxfordPets --root " + root)
        .contains("download Food101 --root " + root + " (10.2 MB)") // its split file
        .contains("images/train: https://image-net.org (after registration)")
        .contains("./kgcoop download ImageNet --root " + root + " (152477.4 MB)")
        .contains("first accept the terms on https://huggingface.co/datasets/ILSVRC/imagenet-1k");
  }

  @Test
  void namesSelectWeightsAndDataSets() throws IOException {
    JsonNode listed =
        json(Cli.run("download", "--list", "eurosat", "ViT-B/16", "--root", root, "--json"));
    assertThat(listed.path("weights").findValuesAsText("name")).containsExactly("ViT-B/16");
    assertThat(listed.path("data_sets").findValuesAsText("name")).containsExactly("EuroSAT");
    assertThat(listed.path("embedded")).isEmpty();
    assertThat(Cli.run("download", "--list", "petz").errorLine()).contains("petz: unknown");
  }

  @Test
  void opensByNameBelowTheRoot() throws IOException {
    JsonNode named = json(Cli.run("inspect", "--root", root, "EuroSAT", "--json"));
    JsonNode path = json(Cli.run("inspect", root.resolve("eurosat"), "--json"));

    assertThat(named).isEqualTo(path);
    assertThat(Cli.run("inspect", "--root", root, "EuroSAT").err())
        .contains("not the published EuroSAT, although tables use its name: 2 of 10 classes");
    assertThat(named.path("template").asText()).isEqualTo("a centered satellite photo of {}.");
    assertThat(named.path("class_counts").path(1).path("class").asText()).isEqualTo("River");
    assertThat(Cli.run("eval", "--data", "eurosat").errorLine()).contains("--root");
  }

  @Test
  void aFolderOfOnesOwnMayBeCalledLikeAPublishedSet() throws IOException {
    Files.move(root.resolve("eurosat/2750"), root.resolve("pets"));

    JsonNode own = json(Cli.run("inspect", "--root", root, "pets", "--quick", "--json"));

    assertThat(own.path("name").asText()).isEqualTo("pets");
    assertThat(own.path("class_counts")).hasSize(2);
  }
}
