package org.kgcoop.method.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.SmallMethods;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;

class PromptFileTest {
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

  private PromptFile file(PromptMethod method, PromptLearner learner) {
    Map<String, StoredTensor> parameters = new LinkedHashMap<>();
    learner
        .parameters()
        .forEach((name, tensor) -> parameters.put(name, StoredTensor.of(name, tensor)));
    return new PromptFile(
        method, NAMES, "a photo of a {}.", clip.fingerprint(), "data", "1.2.3", parameters);
  }

  private static float[] logits(FeatureClassifier classifier) {
    try (Scope scope = Scope.open("logits");
        Autograd.Switch off = Autograd.off()) {
      return classifier.logits(TinyClip.features(4)).toFloats();
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void whatIsReadBackGivesEqualLogits(PromptMethod method) {
    Path path = folder.resolve("prompt.safetensors");
    try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
      file(method, learner).write(path);
      PromptFile read = PromptFile.read(path);
      assertThat(read.method()).isEqualTo(method);
      assertThat(read.classNames()).isEqualTo(NAMES);
      assertThat(read.template()).isEqualTo("a photo of a {}.");
      assertThat(read.version()).isEqualTo("1.2.3");
      try (PromptLearner again = read.learner(clip, NAMES)) {
        assertThat(logits(again)).isEqualTo(logits(learner));
      }
      assertThat(PromptFile.readAny(path, List.of()).parameters().keySet())
          .isEqualTo(learner.parameters().keySet());
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void thePublishedFormGivesEqualLogits(PromptMethod method) {
    try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
      Path path = file(method, learner).writePublished(folder, 3);
      assertThat(path.toString()).endsWith("model.pth.tar-3");
      assertThat(path.resolveSibling("checkpoint")).hasContent("model.pth.tar-3");
      PromptFile read = PromptFile.readAny(path, NAMES).with(method);
      try (PromptLearner again = read.learner(clip, NAMES)) {
        assertThat(logits(again)).isEqualTo(logits(learner));
      }
    }
  }

  @Test
  void thePublishedFormTellsCoCoOpFromTheOthers() {
    for (PromptMethod method :
        List.of(
            new CoCoOp(ContextSettings.shared(2, "")),
            new CoOp(new ContextSettings(2, "", ClassTokenPosition.END, true)))) {
      try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
        Path path = file(method, learner).writePublished(folder, 3);
        assertThat(PromptFile.readAny(path, NAMES).method()).isEqualTo(method);
      }
    }
    Path path = folder.resolve("prompt_learner/model.pth.tar-3");
    assertThatThrownBy(() -> PromptFile.readAny(path, List.of()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("does not name its classes");
  }

  @Test
  void thePublishedFormKeepsThePlaceOfTheClassName() {
    for (ClassTokenPosition position : ClassTokenPosition.values()) {
      CoOp method = new CoOp(new ContextSettings(4, "", position, false));
      try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
        Path path = file(method, learner).writePublished(folder, 3);
        assertThat(PromptFile.readAny(path, NAMES).method()).isEqualTo(method);
        ClassTokenPosition other =
            position == ClassTokenPosition.FRONT
                ? ClassTokenPosition.END
                : ClassTokenPosition.FRONT;
        assertThatThrownBy(() -> PromptFile.readAny(path, NAMES, other, line -> {}))
            .isInstanceOf(KgCoopException.class)
            .hasMessageContaining("known to have " + position.id());
      }
    }
  }

  @Test
  void aPublishedFileThatDoesNotShowThePlaceOfTheClassNameIsToldIt() {
    CoOp middle = new CoOp(new ContextSettings(4, "", ClassTokenPosition.MIDDLE, false));
    Path path = folder.resolve("model.pth.tar-200");
    List<String> warnings = new ArrayList<>();
    try (PromptLearner learner = middle.learner(clip, NAMES, 5)) {
      StateDicts.writePrompt(path, file(middle, learner).parameters(), 200, Map.of());
      PromptFile told = PromptFile.readAny(path, NAMES, ClassTokenPosition.MIDDLE, warnings::add);
      try (PromptLearner again = told.learner(clip, NAMES)) {
        assertThat(logits(again)).isEqualTo(logits(learner));
      }
    }
    assertThat(warnings).isEmpty();
    PromptFile supposed = PromptFile.readAny(path, NAMES, null, warnings::add);
    assertThat(supposed.method().context().position()).isEqualTo(ClassTokenPosition.END);
    assertThat(warnings).singleElement().asString().contains("--class-position middle or front");
  }

  @Test
  void aStateDictWithoutAContextIsRefused() {
    Path path = folder.resolve("other.pt");
    StateDicts.write(path, tensors(StoredTensor.ofFloats("weight", new long[] {1}, 1)));
    assertThatThrownBy(() -> PromptFile.readAny(path, NAMES))
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
      StateDicts.write(path, tensors(StoredTensor.ofFloats("ctx", shape, new float[count])));
      assertThatThrownBy(() -> PromptFile.readAny(path, NAMES))
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
    try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
      file(method, learner).write(folder.resolve("a.safetensors"));
      file(method, learner).write(folder.resolve("b.safetensors"));
    }
    assertThat(Files.readAllBytes(folder.resolve("a.safetensors")))
        .isEqualTo(Files.readAllBytes(folder.resolve("b.safetensors")));
  }

  @Test
  void everyFlippedBitIsNoticed() throws IOException {
    Path path = folder.resolve("prompt.safetensors");
    CoOp method = new CoOp(ContextSettings.shared(2, ""));
    try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
      file(method, learner).write(path);
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
        Files.deleteIfExists(damaged); // writing over a file waits for the disk
        Files.write(damaged, bytes);
        Throwable thrown = catchThrowable(() -> use(PromptFile.read(damaged)));
        if (!(thrown instanceof KgCoopException)) {
          passed.add("byte " + i + " bit " + bit + ": " + thrown);
        }
      }
    }
    assertThat(passed).isEmpty();
  }

  private static void use(PromptFile file) {
    assertThat(file.classNames()).isNotNull();
  }

  @Test
  void everyCutIsNoticed() throws IOException {
    Path path = folder.resolve("prompt.safetensors");
    CoOp method = new CoOp(ContextSettings.shared(2, ""));
    try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
      file(method, learner).write(path);
    }
    byte[] whole = Files.readAllBytes(path);
    Path cut = folder.resolve("cut.safetensors");
    for (int length = 0; length < whole.length; length += 7) {
      byte[] start = Arrays.copyOf(whole, length);
      Files.deleteIfExists(cut);
      Files.write(cut, start);
      assertThatThrownBy(() -> use(PromptFile.read(cut))).isInstanceOf(KgCoopException.class);
      assertThatThrownBy(() -> use(PromptFile.read(start)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith("prompt.safetensors: ");
    }
    assertThat(PromptFile.read(whole).parameters().keySet())
        .isEqualTo(PromptFile.read(path).parameters().keySet());
  }

  @Test
  void aSharedPromptFitsAnyClassesAndAClassSpecificOneItsOwn() {
    CoOp shared = new CoOp(ContextSettings.shared(2, ""));
    CoOp specific = new CoOp(new ContextSettings(2, "", ClassTokenPosition.END, true));
    List<String> others = List.of("horse", "cow");
    try (PromptLearner a = shared.learner(clip, NAMES, 1);
        PromptLearner b = specific.learner(clip, NAMES, 1)) {
      try (PromptLearner onOthers = file(shared, a).learner(clip, others)) {
        assertThat(logits(onOthers)).hasSize(4 * 2);
      }
      PromptFile own = file(specific, b);
      for (List<String> classes :
          List.of(others, List.of("St. Bernard", "cat", "na\u00efve_thing"))) {
        assertThatThrownBy(() -> close(own.learner(clip, classes)))
            .isInstanceOf(KgCoopException.class)
            .hasMessageContaining("fits its own 3 classes only");
      }
    }
  }

  private static void close(PromptLearner learner) {
    learner.close();
  }

  @Test
  void anotherClipIsRefused() {
    CoOp method = new CoOp(ContextSettings.shared(2, ""));
    try (PromptLearner learner = method.learner(clip, NAMES, 1);
        Clip other = TinyClip.other()) {
      PromptFile file = file(method, learner);
      assertThatThrownBy(() -> close(file.learner(other, NAMES)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("trained with another CLIP")
          .hasMessageContaining(clip.fingerprint().substring(0, 12));
    }
  }

  @Test
  void aPromptOfAnotherWidthIsRefusedWhereTheFileSaysNothing() {
    Path path = folder.resolve("model.pth.tar-1");
    StateDicts.writePrompt(
        path,
        tensors(StoredTensor.ofFloats("ctx", new long[] {2, 3}, 1, 2, 3, 4, 5, 6)),
        1,
        Map.of());
    PromptFile file = PromptFile.readAny(path, NAMES);
    assertThatThrownBy(() -> close(file.learner(clip, NAMES)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("a prompt fits a CLIP of the same text width");
  }

  @Test
  void aFileOfAnotherKindIsRefused() {
    assertThatThrownBy(() -> use(PromptFile.read(TinyClip.folder().resolve("model.safetensors"))))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("not a prompt file of kgcoop");
  }

  @Test
  void aFingerprintShorterThanAnyOfOursIsOneOfAnotherClip() {
    PromptMethod method = new CoOp(ContextSettings.shared(2, ""));
    try (PromptLearner learner = method.learner(clip, NAMES, 5)) {
      PromptFile whole = file(method, learner);
      PromptFile shortened =
          new PromptFile(
              method, NAMES, whole.template(), "abc", "data", "1.2.3", whole.parameters());
      assertThatThrownBy(() -> close(shortened.learner(clip, NAMES)))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("another CLIP (fingerprint abc, this one is ");
    }
  }
}
