package org.kgcoop.api.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;

@Tag("equality")
class TrainingTest {
  private static final int EPOCHS = 3;

  /** Four images in batches of two. */
  private static final int BATCHES = 2;

  @TempDir static Path folder;
  private static Clip clip;
  private static Path photos;
  private static DataSet data;

  @TempDir Path out;

  @BeforeAll
  static void open() {
    clip = TinyClip.load();
    photos = folder.resolve("photos");
    data = TestImages.dataSet(photos, List.of("cat", "dog"), 2, 0, 2);
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  private static Training training() {
    return Training.of(clip, photos)
        .set("context_tokens", 2)
        .training("epochs", EPOCHS)
        .training("batch-size", 2)
        .training("augment", "cache:2")
        .shots(2);
  }

  private static byte[] classifier(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("classifier.safetensors"));
  }

  @Test
  void aListenerReceivesEveryStepAndTheRunFolderIsAClassifier() {
    List<TrainingListener.Step> steps = new ArrayList<>();

    Training.Outcome run = training().listener(steps::add).into(out.resolve("run"));

    assertThat(steps.stream().map(TrainingListener.Step::number))
        .isEqualTo(IntStream.rangeClosed(1, EPOCHS * BATCHES).mapToObj(i -> (long) i).toList());
    assertThat(steps.stream().map(TrainingListener.Step::epoch)).containsExactly(1, 1, 2, 2, 3, 3);
    assertThat(steps)
        .allSatisfy(
            step -> {
              assertThat(step.epochs()).isEqualTo(EPOCHS);
              assertThat(step.rate()).isPositive();
              assertThat(step.losses()).hasSizeGreaterThan(1).containsKey("loss");
              assertThat(step.loss()).isFinite().isEqualTo(step.losses().get("loss"));
            });
    assertThat(out.resolve("run")).isDirectoryContaining("glob:**/{run.json,results.json}");
    try (Classifier classifier = Classifier.load(run.folder(), clip)) {
      assertThat(classifier.method()).isEqualTo("kgcoop");
      long correct =
          data.test().stream()
              .filter(
                  item -> classifier.classify(item.file()).top(1).get(0).index() == item.label())
              .count();
      assertThat(run.accuracy()).hasValue(100.0 * correct / 4);
    }
  }

  /** Records all calls. */
  private static final class Told implements TrainingListener {
    private final List<Step> steps = new ArrayList<>();
    private final List<String> encoded = new ArrayList<>();
    private final List<String> messages = new ArrayList<>();

    @Override
    public void step(Step step) {
      steps.add(step);
    }

    @Override
    public void progress(String work, long done, long total) {
      if (work.endsWith("image features")) {
        encoded.add(done + " of " + total);
      }
    }

    @Override
    public void message(String line) {
      messages.add(line);
    }
  }

  private static void assertInterrupted(Training training, Path run) {
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(() -> training.into(run))
        .satisfies(e -> assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED));
    assertThat(run.resolve("classifier.safetensors")).doesNotExist();
  }

  @Test
  void aCancelledTrainingIsResumedByTheSameCallAndEndsInTheSameBytes() throws IOException {
    Path run = out.resolve("run");
    Told told = new Told();
    boolean[] resumed = {false};
    Training cancelled =
        training().listener(told).cancelledBy(() -> told.steps.size() == 3 && !resumed[0]);

    assertInterrupted(cancelled, run);
    resumed[0] = true;
    cancelled.into(run);

    assertThat(told.steps.stream().map(TrainingListener.Step::number))
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
    assertThat(told.messages).anyMatch(line -> line.contains("after step 3"));
    assertThat(classifier(run))
        .isEqualTo(classifier(training().into(out.resolve("whole")).folder()));
  }

  @Test
  void anExceptionOfTheListenerComesOutAndTheSameCallResumes() throws IOException {
    Path run = out.resolve("run");
    Training failing =
        training()
            .training("checkpoint_every", 1)
            .listener(
                step -> {
                  if (step.number() == 4) {
                    throw new IllegalStateException("of the listener");
                  }
                });

    assertThatThrownBy(() -> failing.into(run))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("of the listener");
    List<Long> numbers = new ArrayList<>();
    failing.listener(step -> numbers.add(step.number())).into(run);

    assertThat(numbers).containsExactly(3L, 4L, 5L, 6L); // after the checkpoint of the first epoch
    assertThat(classifier(run))
        .isEqualTo(classifier(training().into(out.resolve("whole")).folder()));
  }

  /** Exceptions while images are encoded, and between steps. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void anExceptionOfACallbackIsPassedOnFromAnywhere(int at) throws IOException {
    Path run = out.resolve("run");
    int[] calls = {0};
    Training failing =
        training()
            .cancelledBy(
                () -> {
                  calls[0]++;
                  if (calls[0] == at) {
                    throw new IllegalStateException("of the program");
                  }
                  return false;
                });
    assertThatThrownBy(() -> failing.into(run)).hasMessage("of the program");
    assertThat(run.resolve("classifier.safetensors")).doesNotExist();
    failing.into(run);
    assertThat(classifier(run))
        .isEqualTo(classifier(training().into(out.resolve("whole")).folder()));
  }

  @Test
  void aSecondRunInTheSameFolderIsRejectedAndTheFirstContinues() throws IOException {
    Path run = out.resolve("run");
    List<String> refused = new ArrayList<>();
    training()
        .listener(
            step -> {
              try {
                training().into(run);
              } catch (KgCoopException e) {
                refused.add(e.getMessage());
              }
            })
        .into(run);
    assertThat(refused).hasSize(EPOCHS * BATCHES).allMatch(line -> line.contains("in use"));
    assertThat(classifier(run))
        .isEqualTo(classifier(training().into(out.resolve("whole")).folder()));
  }

  @Test
  void aFeatureCacheKeepsFeaturesOfACancelledTraining() throws IOException {
    Path run = out.resolve("run");
    boolean[] stop = {true};
    Told told = new Told();
    Training banked =
        training()
            .training("augment", "cache:20") // of four images, 32 at a time
            .cache(out.resolve("cache"))
            .listener(told)
            .cancelledBy(() -> stop[0]);

    assertInterrupted(banked, run);
    assertThat(told.encoded).containsExactly("1 of 80");
    stop[0] = false;
    banked.into(run);
    assertThat(told.encoded.subList(1, told.encoded.size())).startsWith("2 of 80");
    told.encoded.clear();
    banked.into(out.resolve("again"));

    assertThat(told.encoded).containsExactly("80 of 80");
    assertThat(classifier(out.resolve("again"))).isEqualTo(classifier(run));
  }

  @Test
  void methodsThatAreNotTrainedByStepsAreFittedToo() {
    Training.Outcome run =
        Training.of(clip, photos).method("probe").allShots().into(out.resolve("run"));

    assertThat(run.accuracy()).isPresent();
    try (Classifier classifier = Classifier.load(run.folder(), clip)) {
      assertThat(classifier.method()).isEqualTo("probe");
    }
  }

  @Test
  void imagesWithoutATestPartLeaveTheAccuracyOpen() throws IOException {
    Path manifest = folder.resolve("manifest.csv");
    try (Stream<String> lines =
        data.train().stream()
            .map(
                i ->
                    folder.relativize(i.file())
                        + ","
                        + data.classNames().get(i.label())
                        + ",train")) {
      Files.write(manifest, Stream.concat(Stream.of("path,label,split"), lines).toList());
    }
    Training.Outcome run =
        Training.of(clip, manifest).training("epochs", 1).shots(1).into(out.resolve("run"));
    assertThat(run.accuracy()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "method kgcop", "set wieght", "set weight", "training epoch", "training epochs",
        "training seed", "probe", "shots", "template", "data"
      })
  void rejectsAWrongSettingBeforeWriting(String wrong) {
    Path run = out.resolve("run");
    assertThatThrownBy(() -> wrongly(wrong).into(run))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(wrong.substring(wrong.indexOf(' ') + 1))
        .hasMessageNotContaining("\n");
    assertThat(run).doesNotExist();
  }

  private static Training wrongly(String wrong) {
    return switch (wrong) {
      case "method kgcop" -> training().method("kgcop");
      case "set wieght" -> training().set("wieght", 4);
      case "set weight" -> training().set("weight", "four");
      case "training epoch" -> training().training("epoch", 4);
      case "training epochs" -> training().training("epochs", 0.5);
      case "training seed" -> training().training("seed", 2);
      case "probe" -> Training.of(clip, photos).method("probe").training("lr", 1);
      case "shots" -> training().shots(0);
      case "template" -> training().template("a photo");
      case "data" -> Training.of(clip, folder.resolve("no data"));
      default -> throw new IllegalArgumentException(wrong);
    };
  }

  @Test
  @SuppressWarnings("NullAway") // callers without NullAway may pass null
  void aMissingMethodIsRejectedWhenItIsSet() {
    assertThatThrownBy(() -> Training.of(clip, Path.of("none")).method(null))
        .isInstanceOf(NullPointerException.class)
        .hasMessage("method");
  }
}
