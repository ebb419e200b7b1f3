package org.kgcoop.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.RandomClip;

/** {@code inspect} of the weights of a CLIP. */
class InspectWeightsTest {
  @TempDir private Path folder;

  private String vision(ClipConfig config) throws IOException {
    RandomClip.write(folder, config, 1);
    return new ObjectMapper()
        .readTree(Cli.run("inspect", folder, "--json").out())
        .path("configuration")
        .path("vision")
        .textValue();
  }

  @Test
  void theImageEncoderIsDescribedByItsSizes() throws IOException {
    assertThat(vision(RandomClip.TINY)).isEqualTo("Vit[width=64, layers=2, patch=8, heads=1]");
    ClipConfig.ResNet resNet = new ClipConfig.ResNet(8, List.of(1, 1, 1, 1), 2);
    assertThat(vision(new ClipConfig(16, 32, 3, 8, 600, 16, 1, 1, Activation.QUICK_GELU, resNet)))
        .isEqualTo("ResNet[width=8, layers=[1, 1, 1, 1], heads=2]");
  }
}
