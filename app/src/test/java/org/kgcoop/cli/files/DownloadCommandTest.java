package org.kgcoop.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;

/** Tests of the names and addresses of downloads. The tests of the downloader cover the network. */
class DownloadCommandTest {
  @TempDir Path root;

  private Cli.Result download(Object name) {
    return Cli.run("download", name, "--root", root, "--offline");
  }

  @Test
  void aDataSetHasTheNamesThatDataKnowsItBy() {
    for (String name : new String[] {"DescribableTextures", "dtd", "DTD", "textures"}) {
      Cli.Result result = download(name);
      assertThat(result.exitCode()).as(name).isEqualTo(5);
      assertThat(result.errorLine()).contains("split_zhou_DescribableTextures.json", "offline");
    }
    Cli.Result unknown = download("petz");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.errorLine()).contains("petz: unknown", "ViT-B/16", "UCF101");
    assertThat(download("embedded:objects").errorLine()).contains("comes with the program");
  }

  @Test
  void namesThePlaceAndTheFolderOfDataThatNeedsAnAccount() throws IOException {
    Files.createDirectories(root.resolve("imagenet"));
    Files.writeString(root.resolve("imagenet/classnames.txt"), "n01440764 tench\n");
    Cli.Result result = download("imagenet");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.errorLine())
        .contains("ImageNet cannot be downloaded without an account", "https://image-net.org")
        .contains(root.resolve("imagenet/images/train").toString(), "HF_TOKEN");
  }

  @Test
  void asksBeforeAnUnofficialCopyAndStatesTheTerms() throws IOException {
    Path folder = Files.createDirectories(root.resolve("stanford_cars"));
    Files.writeString(folder.resolve("split_zhou_StanfordCars.json"), "{}");
    Cli.Result declined = download("cars");
    assertThat(declined.exitCode()).isEqualTo(2);
    assertThat(declined.errorLine())
        .contains("stanford_cars.zip", "--unofficial", folder.toString());
    assertThat(declined.out()).contains("terms: no license text is known");
    Cli.Result accepted = Cli.run("download", "cars", "--root", root, "--offline", "--unofficial");
    assertThat(accepted.exitCode()).isEqualTo(5);
    assertThat(accepted.errorLine()).contains("stanford_cars.zip: offline");
  }

  @Test
  void aCompleteDataSetIsNotDownloadedAgain() throws IOException {
    Path folder = Files.createDirectories(root.resolve("oxford_flowers/jpg")).getParent();
    Files.writeString(folder.resolve("split_zhou_OxfordFlowers.json"), "{}");
    Cli.Result json = Cli.run("download", "flowers", "--root", root, "--offline", "--json");
    assertThat(json.exitCode()).as(json.err()).isZero();
    JsonNode entry = new ObjectMapper().readTree(json.out()).path("downloads").path(0);
    assertThat(entry.path("path").asText()).isEqualTo(folder.toString());
    assertThat(entry.path("by_hand")).isEmpty();
  }
}
