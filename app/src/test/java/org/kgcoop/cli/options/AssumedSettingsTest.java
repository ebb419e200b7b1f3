package org.kgcoop.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.fixtures.PeLayouts;
import org.kgcoop.fixtures.TinyClip;

/** Settings that no file next to the weights specifies are named once, or rejected. */
class AssumedSettingsTest {
  private static final String CONFIG = "open_clip_config.json";

  @TempDir Path folder;

  @BeforeEach
  void writeImage() {
    SampleDrawings.copyTo(folder.resolve("drawings"), 1);
  }

  private Cli.Result predict(Path clip) {
    return Cli.run(
        "predict", folder.resolve("drawings"), "--classes", "cat,dog", "--clip", clip, "-q");
  }

  @Test
  void weightsOfMetaHaveNoFileSoTheReleasedSettingsAreNamedOnce() throws IOException {
    Cli.Result result = predict(PeLayouts.writeMeta(folder.resolve("meta"), TinyClip.peFolder()));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err().lines().filter(line -> line.contains("assumed")))
        .singleElement()
        .asString()
        .contains("activation GELU, 16 heads at a width of 1536", "; PE-Core's mean, deviation");
  }

  @Test
  void weightsOfOpenClipNeedTheirFile() throws IOException {
    Path open = PeLayouts.writeOpenClip(folder.resolve("open"), TinyClip.peFolder());
    Cli.Result complete = predict(open);
    assertThat(complete.exitCode()).as(complete.err()).isZero();
    assertThat(complete.err()).doesNotContain("assumed");
    Files.delete(open.resolve(CONFIG));
    Cli.Result refused = predict(open);
    assertThat(refused.exitCode()).isEqualTo(KgCoopException.Category.WEIGHTS.exitCode());
    assertThat(refused.errorLine())
        .contains("no " + CONFIG + " next to the weights", "download " + CONFIG);
  }

  @Test
  void theEmbeddedClipNeedsNoFile() {
    Cli.Result result = Cli.run("predict", folder.resolve("drawings"), "--classes", "cat,dog");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).doesNotContain("assumed");
  }
}
