package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.eval.Calibration;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.OnnxClassifier;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunResults;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.MethodSpec;
import org.kgcoop.trial.Trial;
import org.kgcoop.trial.TrialRun;

/** The ONNX file of a classifier with a temperature gives the same probabilities as Java. */
@Tag("system")
class OnnxCalibrationTest {
  private static final double TEMPERATURE = 2.5;
  private static final int SIZE = 32;

  /** Twelve blocks in each encoder, because published settings of methods need them. */
  private static final ClipConfig DEEP =
      new ClipConfig(
          32,
          SIZE,
          3,
          77,
          1000,
          32,
          1,
          12,
          Activation.QUICK_GELU,
          new ClipConfig.Vit(32, 12, 16, 1));

  @TempDir static Path folder;
  private static Clip clip;
  private static DataSet data;

  @BeforeAll
  static void open() {
    RandomClip.write(folder.resolve("clip"), DEEP, 1);
    clip = Clip.load(folder.resolve("clip"));
    data =
        EmbeddedDataSets.open("symbols", DataSetOptions.defaults(line -> {}))
            .select(ClassSplit.BASE)
            .select(ClassSplit.BASE)
            .select(ClassSplit.BASE); // 6 of 48 classes
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  /** Returns one method of each kind in a build, and all methods with {@code -Pnightly}. */
  static List<String> ids() {
    String ids = System.getProperty("kgcoop.methods", "all");
    return ids.equals("all") ? MethodRegistry.ids() : List.of(ids.split(","));
  }

  /** Trains a method for one epoch and returns its classifier. */
  private static ClassifierFile learned(String id) {
    SettingValues method = SettingValues.of("method", id);
    SettingValues training = SettingValues.of("epochs", 1).with("augment", "test");
    MethodSpec spec = MethodSpec.of(method, training, PublishedDefaults.FEW_SHOT);
    ExperimentContext context =
        new ExperimentContext(
            clip,
            FeatureCache.inMemory(new ViewEncoder(clip, new Images(line -> {}))),
            Progress.SILENT,
            line -> {},
            () -> false);
    DataSet unmeasured = data.withImages(data.train(), List.of(), List.of());
    Trial trial = Trial.alone(spec, unmeasured, ClassSplit.ALL, 2, 1);
    RunResults unused = new TrialRun(context, trial).run(folder.resolve(id));
    return ClassifierFile.read(ClassifierFile.in(folder.resolve(id)));
  }

  @ParameterizedTest
  @MethodSource("ids")
  void theFileHasTheCalibratedProbabilities(String id) throws OrtException {
    ClassifierFile file = learned(id);
    Calibration calibration = new Calibration(TEMPERATURE, Calibration.Origin.VALIDATION, 10, null);
    RgbImage image = new Images(line -> {}).readUpright(data.test().get(0).file());
    float[] plain;
    float[] java;
    try (Classifier without = Classifier.of(file, clip, file.classNames());
        Classifier with =
            Classifier.of(file.withCalibration(calibration), clip, file.classNames())) {
      plain = without.classify(image).probabilities();
      java = with.classify(image).probabilities();
    }
    double sum = 0; // softmax(log p / T) = p^(1 / T) / sum
    for (float p : plain) {
      sum += Math.pow(p, 1 / TEMPERATURE);
    }
    for (int c = 0; c < plain.length; c++) {
      assertThat((double) java[c])
          .isCloseTo(Math.pow(plain[c], 1 / TEMPERATURE) / sum, within(1e-5));
    }
    try (Head head = file.withCalibration(calibration).classifier(clip, file.classNames());
        Scope scope = Scope.open("export")) {
      if (head.fixed().isEmpty()) {
        assertThat(id).isEqualTo("cocoop"); // its class features depend on the image
        return;
      }
      Path onnx = folder.resolve(id + ".onnx");
      OnnxClassifier.write(
          onnx, clip, ExportedClassifier.of(head, file.classNames(), clip, Map.of("method", id)));
      Transform transform = new Transform(clip.preprocessing());
      try (OnnxModel exported = new OnnxModel(onnx, 3, SIZE, SIZE)) {
        assertThat(exported.run("probabilities", transform.normalize(transform.test(image))))
            .containsExactly(java, within(1e-5f));
      }
    }
  }
}
