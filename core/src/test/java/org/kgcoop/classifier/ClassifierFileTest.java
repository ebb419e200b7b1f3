package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageSet;
import org.kgcoop.eval.Calibration;
import org.kgcoop.fixtures.SmallMethods;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.Probe;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.SelectionData;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;

class ClassifierFileTest {
  private static final TrainingDataRecord DATA =
      new TrainingDataRecord("pets", "data", ImageSet.of(List.of("0".repeat(64), "f".repeat(64))));
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "na\u00efve_thing");

  private final Clip clip = TinyClip.load();
  @TempDir Path folder;

  @AfterEach
  void close() {
    clip.close();
  }

  static List<PromptMethod> methods() {
    return SmallMethods.all();
  }

  private ClassifierFile file(PromptMethod method, TrainableModel model) {
    Map<String, StoredTensor> parameters = new LinkedHashMap<>();
    model
        .parameters()
        .forEach((name, tensor) -> parameters.put(name, StoredTensor.of(name, tensor)));
    return new ClassifierFile(
        method, NAMES, "a photo of a {}.", clip.fingerprint(), DATA, "1.2.3", parameters);
  }

  private static float[] logits(Head classifier) {
    try (Scope scope = Scope.open("logits");
        Autograd.Switch off = Autograd.off()) {
      return classifier.logits(TinyClip.features(4)).toFloats();
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void givesEqualLogitsAfterReading(PromptMethod method) {
    Path path = folder.resolve("classifier.safetensors");
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      file(method, model).write(path);
      ClassifierFile read = ClassifierFile.read(path);
      assertThat(read.method()).isEqualTo(method);
      assertThat(read.classNames()).isEqualTo(NAMES);
      assertThat(read.template()).isEqualTo("a photo of a {}.");
      assertThat(read.version()).isEqualTo("1.2.3");
      assertThat(read.learnedFrom()).isEqualTo(DATA);
      try (Head again = read.classifier(clip, NAMES)) {
        assertThat(logits(again)).isEqualTo(logits(model));
      }
      assertThat(ClassifierFile.readAny(path, List.of()).parameters().keySet())
          .isEqualTo(model.parameters().keySet());
    }
  }

  /** Methods whose published form is written. */
  static List<PromptMethod> prompts() {
    return methods().stream().filter(method -> !(method instanceof Lasp)).toList();
  }

  @ParameterizedTest
  @MethodSource("prompts")
  void thePublishedFormGivesEqualLogits(PromptMethod method) {
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      Path path = file(method, model).writePublished(folder, 3);
      assertThat(path.toString()).endsWith("model.pth.tar-3");
      assertThat(path.resolveSibling("checkpoint")).hasContent("model.pth.tar-3");
      ClassifierFile read = ClassifierFile.readAny(path, NAMES);
      assertThat(read.method()).isEqualTo(method);
      try (Head again = read.classifier(clip, NAMES)) {
        assertThat(logits(again)).isEqualTo(logits(model));
      }
    }
  }

  private static final Calibration CALIBRATION =
      new Calibration(
          2.5,
          Calibration.Origin.OUT_OF_FOLD,
          40,
          new Calibration.Rejection(0.4, 0.95, 0.87, 0.99));

  @ParameterizedTest
  @MethodSource("methods")
  void theTemperatureOfAFileDividesItsLogitsAndItsFormula(PromptMethod method) {
    Path path = folder.resolve("classifier.safetensors");
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      file(method, model).withCalibration(CALIBRATION).write(path);
      ClassifierFile read = ClassifierFile.read(path);
      assertThat(read.calibration()).isEqualTo(CALIBRATION);
      float[] plain = logits(model);
      try (Head calibrated = read.classifier(clip, NAMES);
          Scope scope = Scope.open("formula")) {
        float[] found = logits(calibrated);
        for (int i = 0; i < plain.length; i++) {
          assertThat(found[i]).isCloseTo(plain[i] / 2.5f, within(1e-5f));
        }
        calibrated
            .fixed()
            .ifPresent(
                formula ->
                    assertThat(formula.logits(TinyClip.features(4)).toFloats())
                        .containsExactly(found, within(1e-5f)));
      }
    }
  }

  @Test
  void aFileWithoutACalibrationHasNoKeyOfOne() {
    Path path = folder.resolve("plain.safetensors");
    taskRes(residuals(DType.FLOAT32, 4)).write(path);
    assertThat(ClassifierFile.read(path).calibration()).isNull();
    assertThat(SealedFile.read(path, "file").json().has("calibration")).isFalse();
  }

  @Test
  void otherClassesKeepTheTemperatureButNotTheThreshold() {
    ClassifierFile file = taskRes(residuals(DType.FLOAT32, 4)).withCalibration(CALIBRATION);
    assertThat(file.withClassNames(NAMES).calibration()).isEqualTo(CALIBRATION);
    assertThat(file.with(file.method()).calibration()).isEqualTo(CALIBRATION);
    assertThat(file.withClassNames(List.of("cat", "cow")).calibration())
        .isEqualTo(CALIBRATION.withoutRejection());
  }

  @Test
  void rejectsACalibrationOutOfRange() {
    calibrationRefused(json -> json.put("temperature", 0), "temperature: expected 0.001 to 1000.0");
    calibrationRefused(json -> json.put("temperature", "hot"), "temperature: expected 0.001");
    calibrationRefused(json -> json.remove("by"), "by: expected out-of-fold or validation");
    calibrationRefused(json -> json.put("images", -1), "images: expected at least 1, got -1");
    calibrationRefused(json -> json.put("threshold", 2), "threshold: expected 0.0 to 1.0, got 2");
    calibrationRefused(json -> json.remove("threshold_keeps"), "threshold_keeps: expected 0.0");
  }

  private void calibrationRefused(Consumer<ObjectNode> change, String part) {
    Path path = folder.resolve("calibrated.safetensors");
    taskRes(residuals(DType.FLOAT32, 4)).withCalibration(CALIBRATION).write(path);
    SealedFile.Content content = SealedFile.read(path, "file");
    change.accept((ObjectNode) content.json().path("calibration"));
    SealedFile.write(path, content.tensors().values(), content.json());
    assertThatThrownBy(() -> ClassifierFile.read(path))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("that this version, ")
        .hasMessageContaining("cannot use: calibration: " + part);
  }

  private void refused(ClassifierFile file, String... parts) {
    Path path = folder.resolve("refused.safetensors");
    file.write(path);
    assertThatThrownBy(() -> ClassifierFile.read(path))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(parts)
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
  }

  @Test
  void aKeyWithAValueOfAnotherTypeIsNamed() {
    Path path = folder.resolve("typed.safetensors");
    for (String key : List.of("class_names", "template", "max_patches")) {
      taskRes(residuals(DType.FLOAT32, 4)).write(path);
      SealedFile.Content content = SealedFile.read(path, "file");
      content.json().putObject(key);
      SealedFile.write(path, content.tensors().values(), content.json());
      assertThatThrownBy(() -> ClassifierFile.read(path))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("cannot use: its " + key + "; expected another type");
    }
  }

  private ClassifierFile taskRes(StoredTensor residuals) {
    return new ClassifierFile(
        MethodRegistry.parse(SettingValues.of("method", "taskres")),
        NAMES,
        "a photo of a {}.",
        "",
        TrainingDataRecord.UNKNOWN,
        "1.2.3",
        Map.of(residuals.name(), residuals));
  }

  private StoredTensor residuals(DType type, int bytes) {
    int width = clip.config().embedDim();
    return new StoredTensor(
        "text_feature_residuals",
        type,
        new long[] {NAMES.size(), width},
        ByteBuffer.allocate(NAMES.size() * width * bytes));
  }

  @Test
  void rejectsFilesWithNumbersThatAreNotFinite() {
    int width = clip.config().embedDim();
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      float[] values = new float[NAMES.size() * width];
      values[values.length - 1] = value;
      refused(
          taskRes(
              StoredTensor.ofFloats(
                  "text_feature_residuals", new long[] {NAMES.size(), width}, values)),
          "'text_feature_residuals' has a value that is no finite number");
    }
    refused(taskRes(residuals(DType.INT64, 8)), "of type I64, expected floating-point numbers");
    refused(taskRes(residuals(DType.BOOL, 1)), "of type BOOL, expected floating-point numbers");
    refused(
        taskRes(StoredTensor.ofFloats("labels", new long[] {1}, 0)), "of type F32, expected I64");
    refused(
        taskRes(residuals(DType.FLOAT32, 4)).withClassNames(List.of()),
        "class_names; expected at least one name");
  }

  /** The file is intact, but no encoder can have so many tokens. */
  @Test
  void rejectsANumberOfTokensThatNoModelCanHave() {
    Mmrl method = new Mmrl(1_000_000, List.of(1), 2, 0.5, 1, "a photo of a {}.");
    Path path = folder.resolve("mmrl.safetensors");
    new ClassifierFile(
            method,
            NAMES,
            "",
            clip.fingerprint(),
            DATA,
            "1.2.3",
            Map.of("t", StoredTensor.ofFloats("t", new long[] {1}, 1)))
        .write(path);
    assertThatThrownBy(() -> ClassifierFile.read(path))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("tokens")
        .hasMessageContaining("1 to 1,000")
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
  }

  @Test
  void textsThatNoFileCanContainAreRefused() {
    ClassifierFile file = taskRes(residuals(DType.FLOAT32, 4));
    assertThatThrownBy(() -> file.withClassNames(List.of("cat", "dog\ud83d")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("class name 'dog?': contains \\ud83d, half of a surrogate pair");
    assertThat(file.withClassNames(List.of("cat", "dog\ud83d\udc36")).classNames()).hasSize(2);

    Path path = folder.resolve("surrogate.safetensors");
    for (String key : List.of("class_names", "template")) {
      file.write(path);
      SealedFile.Content content = SealedFile.read(path, "file");
      RawValue half = new RawValue("\"\\udc36 {}\"");
      if (key.equals("template")) {
        content.json().putRawValue(key, half);
      } else {
        content.json().putArray(key).addRawValue(half).add("dog");
      }
      SealedFile.write(path, content.tensors().values(), content.json());
      assertThatThrownBy(() -> ClassifierFile.read(path))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith(path.toString())
          .hasMessageContaining("\\udc36, half of a surrogate pair");
    }
  }

  @Test
  void rejectsAProbesBiasOfAnotherSize() {
    int width = clip.config().embedDim();
    ClassifierFile file =
        new ClassifierFile(
            MethodRegistry.parse(SettingValues.of("method", "probe")),
            NAMES,
            "a photo of a {}.",
            "",
            TrainingDataRecord.UNKNOWN,
            "1.2.3",
            Map.of(
                "weight",
                StoredTensor.ofFloats(
                    "weight", new long[] {NAMES.size(), width}, new float[NAMES.size() * width]),
                "bias",
                StoredTensor.ofFloats("bias", new long[] {4}, 0, 0, 0, 0)));
    assertThatThrownBy(() -> file.classifier(clip, NAMES))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("learned tensor 'bias' is FLOAT32(4), expected [3]");
  }

  @Test
  void otherFloatsAreReadAsFloat32() {
    Path path = folder.resolve("half.safetensors");
    taskRes(residuals(DType.FLOAT16, 2)).write(path);
    ClassifierFile read = ClassifierFile.read(path);
    assertThat(read.parameters().values())
        .allMatch(tensor -> tensor.dtype() == DType.FLOAT32 && tensor.isFinite());
    try (Head classifier = read.classifier(clip, NAMES)) {
      assertThat(logits(classifier)).hasSize(4 * NAMES.size());
    }
  }

  /** Writes a file like the published trainers, without settings. */
  private Path foreign(PromptMethod method) {
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      Path foreign = folder.resolve("model.pth.tar-4");
      StateDicts.writePrompt(foreign, file(method, model).parameters(), 4, Map.of());
      return foreign;
    }
  }

  @Test
  void thePublishedFormTellsCoCoOpFromTheOthers() {
    for (PromptMethod method :
        List.of(
            new CoCoOp(ContextSettings.shared(2, "")),
            new CoOp(new ContextSettings(2, "", ClassTokenPosition.END, true)))) {
      assertThat(ClassifierFile.readAny(foreign(method), NAMES).method()).isEqualTo(method);
    }
    Path foreign = foreign(new CoCoOp(ContextSettings.shared(2, "")));
    assertThatThrownBy(() -> ClassifierFile.readAny(foreign, List.of()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("does not name its classes");
  }

  @Test
  void thePublishedFormTellsTcpFromCoCoOpAndKnowsLasp() {
    ContextSettings two = ContextSettings.shared(2, "");
    // If the file does not contain a setting, its published value is used.
    Map<PromptMethod, PromptMethod> read =
        Map.of(
            new Tcp(2, 3, "a b {}", 1, "the {}.", 1),
            new Tcp(2, 3, "X X {}.", 8, "a photo of a {}.", 8),
            new Lasp(2, "", List.of("a {}"), 1, true),
            new Lasp(2, "", Lasp.TEMPLATES, 5, false));
    read.forEach(
        (method, expected) ->
            assertThat(ClassifierFile.readAny(foreign(method), NAMES).method())
                .isEqualTo(expected));
  }

  /** LASP's trainer writes the entire model, including the trained norms of the image encoder. */
  @Test
  void laspsFileNamesItsTensorsAsThoseOfTheWholeModel() {
    Lasp method = new Lasp(2, "", Lasp.TEMPLATES, 5, false);
    String norm = "image_encoder.transformer.resblocks.0.ln_1.weight";
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      ClassifierFile own = file(method, model);
      assertThatThrownBy(() -> own.writePublished(folder, 3))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("LASP has no form of the published prompt learners");
      Map<String, StoredTensor> whole = new LinkedHashMap<>();
      own.parameters().forEach((name, tensor) -> whole.put("prompt_learner." + name, tensor));
      whole.put(norm, StoredTensor.ofFloats(norm, new long[] {1}, 1));
      Path path = folder.resolve("model.pth.tar-3");
      StateDictFiles.write(path, whole);
      List<String> warnings = new ArrayList<>();
      ClassifierFile read =
          ClassifierFile.readAny(path, NAMES, TaskContext.ANY, null, warnings::add);
      assertThat(read.method()).isEqualTo(method);
      assertThat(read.parameters()).containsOnlyKeys("ctx", "w");
      assertThat(warnings).singleElement().asString().contains("norms of the image encoder");
    }
  }

  @Test
  void thePublishedFormKeepsThePlaceOfTheClassName() {
    for (ClassTokenPosition position : ClassTokenPosition.values()) {
      CoOp method = new CoOp(new ContextSettings(4, "", position, false));
      try (TrainableModel model = method.model(clip, NAMES, 5)) {
        Path path = file(method, model).writePublished(folder, 3);
        assertThat(ClassifierFile.readAny(path, NAMES).method()).isEqualTo(method);
        ClassTokenPosition other =
            position == ClassTokenPosition.FRONT
                ? ClassTokenPosition.END
                : ClassTokenPosition.FRONT;
        assertThatThrownBy(
                () -> ClassifierFile.readAny(path, NAMES, TaskContext.ANY, other, line -> {}))
            .isInstanceOf(KgCoopException.class)
            .hasMessageContaining("known to have " + position.id());
      }
    }
  }

  @Test
  void readsTheClassTokenPositionFromTheOption() {
    CoOp middle = new CoOp(new ContextSettings(4, "", ClassTokenPosition.MIDDLE, false));
    Path path = folder.resolve("model.pth.tar-200");
    List<String> warnings = new ArrayList<>();
    try (TrainableModel model = middle.model(clip, NAMES, 5)) {
      StateDicts.writePrompt(path, file(middle, model).parameters(), 200, Map.of());
      ClassifierFile told =
          ClassifierFile.readAny(
              path, NAMES, TaskContext.ANY, ClassTokenPosition.MIDDLE, warnings::add);
      try (Head again = told.classifier(clip, NAMES)) {
        assertThat(logits(again)).isEqualTo(logits(model));
      }
    }
    assertThat(warnings).isEmpty();
    ClassifierFile supposed =
        ClassifierFile.readAny(path, NAMES, TaskContext.ANY, null, warnings::add);
    assertThat(supposed.classPosition()).isEqualTo(ClassTokenPosition.END);
    assertThat(warnings).singleElement().asString().contains("--class-position middle or front");
  }

  @Test
  void rejectsAStateDictWithoutAContext() {
    Path path = folder.resolve("other.pt");
    StateDictFiles.write(path, tensors(StoredTensor.ofFloats("weight", new long[] {1}, 1)));
    assertThatThrownBy(() -> ClassifierFile.readAny(path, NAMES))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("no tensor 'ctx' among its 1");
  }

  @Test
  void aContextThatIsNoMatrixIsRefused() {
    for (long[] shape : new long[][] {{}, {4}, {1, 1, 2, 2}, {0, 32}}) {
      Path path = folder.resolve("other.pt");
      int count = 1;
      for (long length : shape) {
        count *= (int) length;
      }
      StateDictFiles.write(path, tensors(StoredTensor.ofFloats("ctx", shape, new float[count])));
      assertThatThrownBy(() -> ClassifierFile.readAny(path, NAMES))
          .as("%d axes", shape.length)
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("ctx");
    }
  }

  private static Map<String, StoredTensor> tensors(StoredTensor tensor) {
    return Map.of(tensor.name(), tensor);
  }

  @Test
  void equalContentGivesEqualBytes() throws IOException {
    CoOp method = new CoOp(ContextSettings.shared(3, ""));
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      file(method, model).write(folder.resolve("a.safetensors"));
      file(method, model).write(folder.resolve("b.safetensors"));
    }
    assertThat(Files.readAllBytes(folder.resolve("a.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("b.safetensors")));
  }

  @Test
  void noticesEachFlippedBit() throws IOException {
    Path path = folder.resolve("classifier.safetensors");
    CoOp method = new CoOp(ContextSettings.shared(2, ""));
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      file(method, model).write(path);
    }
    byte[] whole = Files.readAllBytes(path);
    int header = 8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(whole.length - header).isEqualTo(2 * 32 * 4);
    Path damaged = folder.resolve("damaged.safetensors");
    List<String> passed = new ArrayList<>();
    for (int i = 0; i < whole.length; i++) {
      for (int bit = 0; bit < 8; bit++) {
        byte[] bytes = whole.clone();
        bytes[i] ^= (byte) (1 << bit);
        // Overwriting a file waits for the disk on some file systems.
        Files.deleteIfExists(damaged);
        Files.write(damaged, bytes);
        Throwable thrown = catchThrowable(() -> use(ClassifierFile.read(damaged)));
        if (!(thrown instanceof KgCoopException)) {
          passed.add("byte " + i + " bit " + bit + ": " + thrown);
        }
      }
    }
    assertThat(passed).isEmpty();
  }

  private static void use(ClassifierFile file) {
    assertThat(file.classNames()).isNotNull();
  }

  @Test
  void noticesEachTruncation() throws IOException {
    Path path = folder.resolve("classifier.safetensors");
    CoOp method = new CoOp(ContextSettings.shared(2, ""));
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      file(method, model).write(path);
    }
    byte[] whole = Files.readAllBytes(path);
    Path cut = folder.resolve("cut.safetensors");
    for (int length = 0; length < whole.length; length += 7) {
      byte[] start = Arrays.copyOf(whole, length);
      Files.deleteIfExists(cut);
      Files.deleteIfExists(cut);
      Files.write(cut, start);
      assertThatThrownBy(() -> use(ClassifierFile.read(cut))).isInstanceOf(KgCoopException.class);
      assertThatThrownBy(() -> use(ClassifierFile.read(start)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith("classifier.safetensors: ");
    }
    assertThat(ClassifierFile.read(whole).parameters().keySet())
        .isEqualTo(ClassifierFile.read(path).parameters().keySet());
  }

  @Test
  void aSharedPromptFitsAnyClassesAndAClassSpecificOneItsOwn() {
    CoOp shared = new CoOp(ContextSettings.shared(2, ""));
    CoOp specific = new CoOp(new ContextSettings(2, "", ClassTokenPosition.END, true));
    List<String> others = List.of("horse", "cow");
    try (TrainableModel a = shared.model(clip, NAMES, 1);
        TrainableModel b = specific.model(clip, NAMES, 1)) {
      try (Head onOthers = file(shared, a).classifier(clip, others)) {
        assertThat(logits(onOthers)).hasSize(4 * 2);
      }
      ClassifierFile own = file(specific, b);
      assertThatThrownBy(() -> close(own.classifier(clip, others)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("cannot be used on new classes, such as 'horse'; its own are 3");
      List<String> reversed = List.of(NAMES.get(2), NAMES.get(0));
      float[] all = logits(b);
      try (Head some = own.classifier(clip, reversed)) {
        float[] asked = logits(some);
        for (int image = 0; image < 4; image++) {
          assertThat(asked[2 * image]).isEqualTo(all[3 * image + 2]);
          assertThat(asked[2 * image + 1]).isEqualTo(all[3 * image]);
        }
      }
    }
  }

  private static void close(Head classifier) {
    classifier.close();
  }

  @Test
  void rejectsAnotherClip() {
    CoOp method = new CoOp(ContextSettings.shared(2, ""));
    try (TrainableModel model = method.model(clip, NAMES, 1);
        Clip other = TinyClip.other()) {
      ClassifierFile file = file(method, model);
      assertThatThrownBy(() -> close(file.classifier(other, NAMES)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("trained with another CLIP")
          .hasMessageContaining(clip.fingerprint().substring(0, 12));
    }
  }

  @Test
  void rejectsAPromptOfAnotherWidthWhereTheFileSaysNothing() {
    Path path = folder.resolve("model.pth.tar-1");
    StateDicts.writePrompt(
        path,
        tensors(StoredTensor.ofFloats("ctx", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)),
        1,
        Map.of());
    ClassifierFile file = ClassifierFile.readAny(path, NAMES);
    assertThatThrownBy(() -> close(file.classifier(clip, NAMES)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("a prompt fits a CLIP of the same text width");
  }

  @Test
  void rejectsAFileOfAnotherKind() {
    assertThatThrownBy(
            () -> use(ClassifierFile.read(TinyClip.folder().resolve("model.safetensors"))))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("not a classifier file of kgcoop");
  }

  @Test
  void aFingerprintShorterThanAnyOfOursIsOneOfAnotherClip() {
    PromptMethod method = new CoOp(ContextSettings.shared(2, ""));
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      ClassifierFile whole = file(method, model);
      ClassifierFile shortened =
          new ClassifierFile(
              method, NAMES, whole.template(), "abc", DATA, "1.2.3", whole.parameters());
      assertThatThrownBy(() -> close(shortened.classifier(clip, NAMES)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("another CLIP (fingerprint abc, this one is ");
    }
  }

  /** Creates a probe with the given number of classes and integer weights. */
  private ClassifierFile probe(int classes, int width) {
    float[] weight = new float[classes * width];
    float[] bias = new float[classes];
    for (int i = 0; i < weight.length; i++) {
      weight[i] = i % 7 - 3;
    }
    for (int c = 0; c < classes; c++) {
      bias[c] = c;
    }
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("weight", StoredTensor.ofFloats("weight", new long[] {classes, width}, weight));
    tensors.put("bias", StoredTensor.ofFloats("bias", new long[] {classes}, bias));
    return new ClassifierFile(
        new Probe(OptionalDouble.empty(), SelectionData.FOLDS),
        NAMES,
        "a photo of a {}.",
        clip.fingerprint(),
        DATA,
        "1.2.3",
        tensors);
  }

  @Test
  void aProbeAnswersForItsOwnClassesAndForSomeOfThem() {
    Path path = folder.resolve("classifier.safetensors");
    probe(3, clip.config().embedDim()).write(path);
    ClassifierFile file = ClassifierFile.read(path);
    try (Head all = file.classifier(clip, NAMES);
        Head some = file.classifier(clip, List.of(NAMES.get(2), NAMES.get(0)));
        Scope scope = Scope.open("formula")) {
      float[] whole = logits(all);
      float[] asked = logits(some);
      float[] formula = some.fixed().orElseThrow().logits(TinyClip.features(4)).toFloats();
      for (int image = 0; image < 4; image++) {
        assertThat(asked[2 * image]).isEqualTo(whole[3 * image + 2]);
        assertThat(asked[2 * image + 1]).isEqualTo(whole[3 * image]);
      }
      assertThat(formula).containsExactly(asked, within(1e-5f));
    }
    assertThatThrownBy(() -> close(file.classifier(clip, List.of("cat", "cow"))))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            "Linear probe: a linear probe cannot be used on new"
                + " classes, such as 'cow'; its own are 3. For other names, train a method such as"
                + " kgcoop");
  }

  @Test
  void aZeroShotFileHasNoTensorsAndAnswersForAnyNames() {
    Path path = folder.resolve("classifier.safetensors");
    new ClassifierFile(
            new ZeroShot(List.of("the {}.")),
            NAMES,
            "",
            clip.fingerprint(),
            TrainingDataRecord.UNKNOWN,
            "1",
            Map.of())
        .write(path);
    ClassifierFile file = ClassifierFile.read(path);
    assertThat(file.parameters()).isEmpty();
    try (Head others = file.classifier(clip, List.of("cow", "owl"));
        Head same = new ZeroShot(List.of("the {}.")).classifier(clip, List.of("cow", "owl"))) {
      assertThat(logits(others)).isEqualTo(logits(same));
    }
  }

  @Test
  void rejectsTensorsOfOtherSizesThanTheClassesOrTheClip() {
    int width = clip.config().embedDim();
    assertThatThrownBy(() -> close(probe(2, width).classifier(clip, NAMES)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(
            "Linear probe: learned tensor 'weight' is FLOAT32(2, %1$s), expected [3, %1$s]"
                .formatted(width));
    assertThatThrownBy(() -> close(probe(3, width + 1).classifier(clip, NAMES.subList(0, 1))))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(
            "'weight' is FLOAT32(3, %s), expected [3, %s]".formatted(width + 1, width));
  }

  @Test
  void rejectsNewerFilesAndNamesTheirVersion() {
    Path path = folder.resolve("classifier.safetensors");
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("format", 1);
    json.put("version", "9.1").putObject("settings").put("method", "telepathy");
    SealedFile.write(path, List.of(), json);
    assertThatThrownBy(() -> use(ClassifierFile.read(path)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(
            path + ": classifier file of kgcoop 9.1 that this version, " + Version.KGCOOP)
        .hasMessageContaining("method 'telepathy': expected one of clip, ");

    json.putObject("settings").put("method", "kgcoop").put("mood", 3);
    SealedFile.write(path, List.of(), json);
    assertThatThrownBy(() -> use(ClassifierFile.read(path)))
        .hasMessageContaining("kgcoop 9.1")
        .hasMessageContaining("unknown mood");

    SealedFile.write(path, List.of(), json.put("format", 2));
    assertThatThrownBy(() -> use(ClassifierFile.readAny(path, List.of())))
        .hasMessageContaining("kgcoop 9.1")
        .hasMessageEndingWith("format 2, expected 1");
  }

  @Test
  void aFolderMeansTheFileInIt() throws IOException {
    assertThatThrownBy(() -> ClassifierFile.at(folder))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(folder + ": no classifier.safetensors in this folder; expected");
    assertThat(ClassifierFile.in(folder)).isEqualTo(folder.resolve("classifier.safetensors"));

    Path file = Files.createFile(folder.resolve("classifier.safetensors"));
    assertThat(ClassifierFile.at(folder)).isEqualTo(file);
    assertThat(ClassifierFile.at(file)).isEqualTo(file);
  }
}
