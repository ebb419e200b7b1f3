package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.clip.Clip;
import org.kgcoop.label.Labeling;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;

/** The number of patches of a model that keeps the shape of an image. */
class NaflexCommandsTest {
  @TempDir Path folder;
  private Path weights;
  private Path data;

  @BeforeEach
  void write() throws IOException {
    weights = folder.resolve("clip");
    data = folder.resolve("drawings");
    NaflexModel.write(weights);
    NaflexModel.writeImages(data);
  }

  private Cli.Result run(Object... words) {
    List<Object> all = new ArrayList<>(Arrays.asList(words));
    all.addAll(List.of("--clip", weights, "--feature-cache", "none"));
    return Cli.run(all.toArray());
  }

  private void refused(String message, Object... words) {
    Cli.Result result = run(words);
    assertThat(result.errorLine()).contains(message);
    assertThat(result.exitCode()).isEqualTo(2);
  }

  private Object[] training(Object patches) {
    return new Object[] {
      "train",
      "--method",
      "coop",
      "--data",
      data,
      "--shots",
      2,
      "--epochs",
      1,
      "--augment",
      "online",
      "--out",
      folder.resolve("run"),
      "--max-patches",
      patches
    };
  }

  @Test
  void aRunIsResumedAndUsedWithItsNumberOfPatches() throws IOException {
    assertThat(run(training(7)).exitCode()).isZero();
    assertThat(Files.readString(folder.resolve("run/run.json"))).contains("\"max_patches\" : 7");
    assertThat(run(training(7)).out()).contains("classifier: ");
    refused("computation.max_patches was 7, is 8", training(8));
    refused("add --max-patches 7", "predict", folder.resolve("run"), data, "--max-patches", 6);
    refused("expected 1 to 4096, got 0", training(0));
    Path onnx = folder.resolve("classifier.onnx");
    Cli.Result exported =
        Cli.run(
            "export",
            folder.resolve("run"),
            "--to",
            "onnx",
            "--out",
            onnx,
            "--clip",
            weights,
            "--max-patches",
            7);
    assertThat(exported.err()).contains("(batch, 3, height, width of multiples of 4)");
  }

  @Test
  void aSessionOfLabelHasOneNumberOfPatches() {
    try (Clip clip = Clip.load(weights)) {
      Labeling.of(data, clip).open().close();
    }
    Clip.Options fewer = new Clip.Options(DType.FLOAT32, Device.CPU, null, null, 6);
    try (Clip clip = Clip.load(weights, fewer)) {
      assertThatThrownBy(() -> Labeling.of(data, clip).open().close())
          .hasMessageContaining(
              "made with another CLIP; give the --clip of its first start (and its --max-patches)");
    }
  }

  @Test
  void inspectAndTheListOfModelsNameIt() {
    assertThat(Cli.run("inspect", weights).out())
        .contains("family: SigLIP 2 NaFlex", "resize shape kept, at most 12 patches of 4 pixels");
    assertThat(Cli.run("download", "--list").out())
        .contains("siglip2-base-patch16-naflex", "siglip2-so400m-patch16-naflex");
  }
}
