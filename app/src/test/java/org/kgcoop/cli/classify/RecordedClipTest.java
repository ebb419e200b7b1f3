package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.train.Training;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Caches;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.files.Folders;
import org.kgcoop.files.UserFolders;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;

/** Classifiers whose CLIP is found without an option. */
class RecordedClipTest {
  private static final String NAME = "hf:kgcoop-test/recorded";

  @TempDir Path folder;
  private Path weights;
  private Path drawings;
  private Path image;

  @BeforeEach
  void write() throws IOException {
    weights = folder.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    drawings = folder.resolve("drawings");
    SampleDrawings.copyTo(drawings, 4);
    try (Stream<Path> files = Files.walk(drawings)) {
      image = files.filter(Files::isRegularFile).sorted().findFirst().orElseThrow();
    }
  }

  private Path trained(Clip clip) {
    Path run = folder.resolve("run");
    Training.of(clip, drawings).method("probe").shots(2).into(run);
    return run;
  }

  private static String done(Object... words) {
    Cli.Result result = Cli.run(words);
    assertThat(result.exitCode()).as(result.err()).isZero();
    return result.out();
  }

  @Test
  void aRunIsUsedWithTheWeightsAtThePathOfItsTraining() throws IOException {
    Path run;
    try (Clip clip = Clip.load(weights)) {
      run = trained(clip);
    }
    assertThat(ClassifierFile.read(ClassifierFile.in(run)).clip().name())
        .isEmpty(); // no private path
    String given = done("predict", run, image, "--clip", weights);
    assertThat(done("predict", run, image)).isEqualTo(given);
    assertThat(done("predict", ClassifierFile.in(run), image)).isEqualTo(given);
    assertThat(done("eval", run, "--data", drawings)).contains("accuracy");
    assertThat(done("export", run, "--to", "safetensors")).contains("written");
    try (Classifier classifier = Classifier.load(run)) {
      assertThat(given).contains(classifier.classify(image).best().className());
    }

    Files.move(weights, folder.resolve("moved"));
    Cli.Result missing = Cli.run("predict", run, image);
    assertThat(missing.exitCode()).isEqualTo(KgCoopException.Category.WEIGHTS.exitCode());
    assertThat(missing.errorLine())
        .contains(run + " was trained with " + weights + ", and there is no such file or folder")
        .contains("--clip");
    RandomClip.write(weights, RandomClip.TINY, 2);
    assertThat(Cli.run("predict", run, image).errorLine()).contains("trained with another CLIP");
    assertThatThrownBy(() -> Classifier.load(run)).hasMessageContaining("another CLIP");
  }

  @Test
  void aFileAloneIsUsedWithTheWeightsOfItsName() throws IOException {
    Path cached =
        Caches.of(System.getenv(), UserFolders.ofThisProcess().home())
            .own()
            .resolve("kgcoop-test--recorded");
    Path alone = folder.resolve("alone.safetensors");
    try {
      RandomClip.write(cached, RandomClip.TINY, 1);
      Path run;
      try (Clip clip = Clip.load(NAME)) {
        run = trained(clip);
      }
      Files.copy(ClassifierFile.in(run), alone);
      assertThat(ClassifierFile.read(alone).clip().name()).isEqualTo(NAME);
      assertThat(done("predict", alone, image))
          .isEqualTo(done("predict", alone, image, "--clip", weights));
      try (Classifier classifier = Classifier.load(alone)) {
        assertThat(classifier.classifyAll(List.of(image))).hasSize(1);
      }
    } finally {
      if (Files.exists(cached)) {
        Folders.delete(cached);
      }
    }
    Cli.Result missing = Cli.run("predict", alone, image);
    assertThat(missing.exitCode()).isEqualTo(KgCoopException.Category.WEIGHTS.exitCode());
    assertThat(missing.errorLine())
        .contains("trained with " + NAME + ", which is not on this machine")
        .contains("./kgcoop download " + NAME);
  }

  @Test
  void aRunIsUsedWithTheActivationOfItsTraining() {
    Clip.Options options =
        new Clip.Options(DType.FLOAT32, Device.CPU, null, Activation.GELU_PYTORCH_TANH, 0);
    Path run;
    try (Clip clip = Clip.load(weights, options)) {
      run = trained(clip);
    }
    String given = done("predict", run, image);
    try (Classifier classifier = Classifier.load(run)) {
      assertThat(given).contains(classifier.classify(image).best().className());
    }
    Cli.Result other = Cli.run("predict", run, image, "--clip", weights);
    assertThat(other.exitCode()).isEqualTo(KgCoopException.Category.CONFIGURATION.exitCode());
    assertThat(other.errorLine())
        .contains("trained with the activation gelu_pytorch_tanh, and this CLIP has quick_gelu")
        .contains("leave out --clip, or state this activation in the config.json");
  }
}
