package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.SmallMethods;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TransferableMethod;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.Layers;
import org.kgcoop.method.encoder.LoraNames;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Published files with a missing tensor, or with a tensor of another shape. */
@Tag("system")
class DamagedPublishedFormTest {
  private static final List<String> NAMES = List.of("cat", "dog", "owl");

  private static final List<String> WRITTEN =
      List.of(CoOp.ID, ProGrad.ID, KgCoOp.ID, CoCoOp.ID, Tcp.ID);
  private static final Map<String, String> LORA =
      Map.of("r", "2", "alpha", "2", "encoder", "both", "params", "q,v", "position", "all");

  private static Clip clip;

  @TempDir Path folder;

  @BeforeAll
  static void open() {
    clip = TinyClip.deep();
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  static List<TransferableMethod> methods() {
    List<TransferableMethod> methods = new ArrayList<>(SmallMethods.all());
    methods.addAll(PublishedEncoderTest.methods());
    methods.add(
        new ClipLora(2, 2, 0.25, List.of("q", "v"), Layers.ALL, Layers.ALL, "a photo of a {}."));
    return methods;
  }

  /** A file with all tensors, in the published form of the method. */
  private static WeightFile written(TransferableMethod method, Path folder) {
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      Map<String, StoredTensor> parameters = new LinkedHashMap<>();
      model.parameters().forEach((name, t) -> parameters.put(name, StoredTensor.of(name, t)));
      ClassifierFile file =
          new ClassifierFile(
              method, NAMES, "", clip.fingerprint(), TrainingDataRecord.UNKNOWN, "1", parameters);
      if (WRITTEN.contains(method.id())) {
        return WeightFiles.open(file.writePublished(folder, 3));
      }
      Path path = folder.resolve("whole.pt");
      if (method instanceof ClipLora) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>();
        LoraNames.published(parameters.keySet())
            .forEach((own, there) -> tensors.put(there, parameters.get(own)));
        write(path, method, tensors, LORA);
      } else {
        write(path, method, parameters, Map.of());
      }
      return WeightFiles.open(path);
    }
  }

  /** Classifies images with a file. Returns the error message if the file is rejected, or "". */
  private static String use(Path path) {
    try (Scope scope = Scope.open("logits");
        Autograd.Switch off = Autograd.off();
        Head classifier = ClassifierFile.readAny(path, NAMES).classifier(clip, NAMES)) {
      Tensor features =
          classifier
              .encoder()
              .map(encoder -> encoder.features(TinyClip.normal(3, 1, 2, 3, 8, 8)))
              .orElseGet(() -> TinyClip.features(2));
      float[] logits = classifier.logits(features).toFloats();
      assertThat(logits).hasSize(2 * NAMES.size());
      return "";
    } catch (KgCoopException e) {
      assertThat(e.category()).isNotEqualTo(KgCoopException.Category.BUG);
      assertThat(e.getMessage()).hasSizeLessThan(2000).doesNotContain("\n");
      return String.valueOf(e.getMessage());
    }
  }

  private static void write(
      Path path,
      TransferableMethod method,
      Map<String, StoredTensor> tensors,
      Map<String, String> beside) {
    if (method instanceof ClipLora) {
      StateDictFiles.writeNested(path, tensors, new LinkedHashMap<>(beside));
    } else {
      StateDicts.writePrompt(path, tensors, 3, beside);
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void eachTensorMayBeMissingOrOfAnotherShape(TransferableMethod method) {
    WeightFile whole = written(method, folder);
    for (String name : whole.tensors().keySet()) {
      for (long[] shape : new long[][] {null, {}, {1}, {2, 3}, {0, 4}, {3, 1, 2}, {5, 1, 1, 1}}) {
        Map<String, StoredTensor> tensors = new LinkedHashMap<>(whole.tensors());
        if (shape == null) {
          tensors.remove(name);
        } else {
          int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
          tensors.put(name, StoredTensor.ofFloats(name, shape, new float[count]));
        }
        for (Map<String, String> beside : List.of(whole.metadata(), Map.<String, String>of())) {
          Path damaged = folder.resolve("damaged.pt");
          write(damaged, method, tensors, beside);
          String answer = use(damaged);
          if (shape != null && shape.length != 1) { // a bias may have one value
            assertThat(answer).as(name + Arrays.toString(shape)).isNotEmpty();
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aNumberThatIsNoneIsRefused(TransferableMethod method) {
    WeightFile whole = written(method, folder);
    whole
        .tensors()
        .forEach(
            (name, tensor) -> {
              float[] values = tensor.toFloats();
              values[values.length - 1] = Float.NaN;
              Map<String, StoredTensor> tensors = new LinkedHashMap<>(whole.tensors());
              tensors.put(name, StoredTensor.ofFloats(name, tensor.shape(), values));
              Path damaged = folder.resolve("damaged.pt");
              write(damaged, method, tensors, whole.metadata());
              assertThat(use(damaged)).contains("' has a value that is no finite number");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "3",
        "[]",
        "{}",
        "{",
        "{'method': 3}",
        "{'method': {'method': 'coop'}}",
        "{'method': 'coop', 'x': 1}",
        "{'method': 'coop', 'context_tokens': -4}",
        "{'method': 'coop', 'context_tokens': 100000000}",
        "{'method': 'vpt'}",
        "{'method': 'clip-lora'}",
        "{'method': 'maple', 'depth': 2}",
        "{'method': 'probe'}"
      })
  void settingsThatContradictTheTensorsAreRefused(String settings) {
    TransferableMethod method = new CoOp(ContextSettings.shared(2, ""));
    Path damaged = folder.resolve("damaged.pt");
    Map<String, StoredTensor> tensors = written(method, folder).tensors();
    write(damaged, method, tensors, Map.of("settings", settings.replace('\'', '"')));
    assertThat(use(damaged)).isNotEmpty();
  }
}
