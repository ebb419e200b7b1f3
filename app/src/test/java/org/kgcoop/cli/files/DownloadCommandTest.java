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
      assertThat(result.exitCode()).as(name).isNotZero();
      assertThat(result.errorLine()).contains("dtd-r1.0.1.tar.gz");
    }
    Cli.Result unknown = download("petz");
    assertThat(unknown.exitCode()).isEqualTo(2);
    assertThat(unknown.errorLine()).contains("petz: unknown", "ViT-B/16", "OxfordPets, Oxford");
    assertThat(unknown.errorLine()).doesNotContain("UCF101");
    assertThat(download("embedded:objects").errorLine()).contains("comes with the program");
  }

  @Test
  void namesThePlaceOfDataWithoutADirectLink() {
    Cli.Result result = download("imagenet");
    assertThat(result.exitCode()).isEqualTo(2);
    assertThat(result.errorLine())
        .contains("ImageNet: there is no direct link", "https://image-net.org")
        .contains(root.resolve("imagenet/images/train").toString());
  }

  @Test
  void downloadsOnlyMissingFilesAndNamesThoseToFetchByHand() throws IOException {
    Path folder = root.resolve("oxford_flowers");
    Files.createDirectories(folder.resolve("jpg"));
    Files.write(folder.resolve("imagelabels.mat"), new byte[1]);
    assertThat(download("flowers").errorLine()).contains("cat_to_name.json", "drive.google.com");

    Files.writeString(folder.resolve("cat_to_name.json"), "{}");
    Cli.Result result = download("flowers");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out())
        .contains("OxfordFlowers: " + folder, "terms: for research")
        .contains(folder.resolve("split_zhou_OxfordFlowers.json").toString());
    Cli.Result json = Cli.run("download", "flowers", "--root", root, "--offline", "--json");
    JsonNode entry = new ObjectMapper().readTree(json.out()).path("downloads").path(0);
    assertThat(entry.path("by_hand").findValuesAsText("path"))
        .containsExactly(folder.resolve("split_zhou_OxfordFlowers.json").toString());
  }
}
