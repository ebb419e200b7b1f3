package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
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
import org.kgcoop.data.ImageSet;
import org.kgcoop.fixtures.DeepClip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StateDicts;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.method.encoder.Ivlp;
import org.kgcoop.method.encoder.Maple;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.method.encoder.PromptSrc;
import org.kgcoop.method.encoder.VisionLanguagePrompts;
import org.kgcoop.method.encoder.Vpt;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Files of MaPLe, IVLP, VPT, PromptSRC and MMRL in the format of their trainers. */
class PublishedEncoderTest {
  private static final TrainingDataRecord DATA =
      new TrainingDataRecord("pets", "data", ImageSet.of(List.of("0".repeat(64), "f".repeat(64))));
  private static final List<String> NAMES = List.of("cat", "ice_cream");

  private final Clip clip = DeepClip.load();
  @TempDir Path folder;

  @AfterEach
  void close() {
    clip.close();
  }

  static List<EncoderMethod> methods() {
    return List.of(
        new Maple(2, "an icon of a", 3),
        new Maple(2, "a photo of a", 1),
        new Ivlp(new VisionLanguagePrompts(2, "a photo of a", 3, 1, 2)),
        new Ivlp(new VisionLanguagePrompts(4, "", 2, 0, 0)),
        new Vpt(3, 2, "the {}"),
        new PromptSrc(
            new VisionLanguagePrompts(2, "a photo of a", 2, 4, 3), List.of("the {}"), 1, 2),
        new Mmrl(2, List.of(1, 3), 4, 0.4, 2, "the {}"));
  }

  private ClassifierFile file(EncoderMethod method, TrainableModel model) {
    Map<String, StoredTensor> parameters = new LinkedHashMap<>();
    model
        .parameters()
        .forEach((name, tensor) -> parameters.put(name, StoredTensor.of(name, tensor)));
    return new ClassifierFile(
        method, NAMES, "a photo of a {}.", clip.fingerprint(), DATA, "1.2.3", parameters);
  }

  /** Computes logits of images with the trained image encoder. */
  private static float[] logits(Head classifier) {
    try (Scope scope = Scope.open("logits");
        Autograd.Switch off = Autograd.off()) {
      Tensor images = TinyClip.normal(3, 1, 4, 3, 8, 8);
      return classifier
          .logits(
              classifier
                  .encoder()
                  .map(encoder -> encoder.features(images))
                  .orElseGet(() -> TinyClip.features(4)))
          .toFloats();
    }
  }

  /** Writes a file like the published trainers, with frozen weights and without settings. */
  private Path whole(EncoderMethod method, String... others) {
    Path path = folder.resolve("model.pth.tar-5");
    try (TrainableModel model = method.model(clip, NAMES, 5)) {
      Map<String, StoredTensor> state = new LinkedHashMap<>(file(method, model).parameters());
      for (String other : others) {
        state.put(other, StoredTensor.ofFloats(other, new long[] {2}, 1, 2));
      }
      StateDicts.writePrompt(path, state, 5, Map.of());
    }
    return path;
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theTensorsOfAFileAreReadBack(EncoderMethod method) {
    ClassifierFile read = ClassifierFile.readAny(whole(method), NAMES);
    try (TrainableModel model = method.model(clip, NAMES, 5);
        Head again = read.with(method).classifier(clip, NAMES);
        Head fixed = model.toHead()) {
      assertThat(read.parameters().keySet()).isEqualTo(model.parameters().keySet());
      assertThat(logits(again)).isEqualTo(logits(fixed));
    }
  }

  @Test
  void usesPublishedSettingsThatFilesDoNotContain() {
    String words = "a photo of a";
    String frozen = "image_encoder.transformer.resblocks.1.ln_1.weight";
    String buffer = "prompt_learner.token_prefix";
    ClassifierFile maple =
        ClassifierFile.readAny(whole(new Maple(2, "", 3), frozen, buffer), NAMES);
    assertThat(maple.method()).isEqualTo(new Maple(2, words, 3));
    assertThat(maple.parameters().keySet()).doesNotContain(frozen, buffer);
    assertThat(
            ClassifierFile.readAny(
                    whole(new Ivlp(new VisionLanguagePrompts(5, "", 3, 1, 2)), frozen), NAMES)
                .method())
        .isEqualTo(new Ivlp(new VisionLanguagePrompts(5, "", 3, 1, 2)));
    assertThat(ClassifierFile.readAny(whole(new Vpt(3, 2, "the {}"), frozen), NAMES).method())
        .isEqualTo(new Vpt(3, 2, "a photo of a {}."));
    Path taught =
        whole(
            new Ivlp(new VisionLanguagePrompts(2, "", 1, 4, 3)),
            "prompt_learner.ZS_image_encoder.proj");
    assertThat(ClassifierFile.readAny(taught, NAMES).method())
        .isEqualTo(
            new PromptSrc(
                new VisionLanguagePrompts(2, words, 1, 4, 3), PromptSrc.TEMPLATES, 25, 10));
  }

  @Test
  void theClassNameStandsAtTheEnd() {
    Path path = whole(new Maple(2, "", 1));
    assertThatThrownBy(
            () ->
                ClassifierFile.readAny(
                    path, NAMES, TaskContext.ANY, ClassTokenPosition.FRONT, line -> {}))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("known to have end");
    assertThatThrownBy(() -> ClassifierFile.readAny(path, List.of()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("does not name its classes");
  }

  @Test
  void rejectsAnotherClip() {
    ClassifierFile deep = ClassifierFile.readAny(whole(new Maple(2, "", 3)), NAMES);
    ClassifierFile shallow = ClassifierFile.readAny(whole(new Maple(2, "", 1)), NAMES);
    try (Clip other = TinyClip.load()) {
      assertThatThrownBy(() -> deep.classifier(other, NAMES).close())
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("MaPLe's depth 3: the text encoder of this CLIP has 2 blocks");
    }
    try (Clip other = TinyClip.smallest()) {
      assertThatThrownBy(() -> shallow.classifier(other, NAMES).close())
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("learned tensor 'prompt_learner.ctx' is ");
    }
  }

  @Test
  void vectorsThatAreNoMatrixAreRefused() {
    Path path = folder.resolve("model.pth.tar-5");
    String name = "prompt_learner.ctx";
    StateDictFiles.write(path, Map.of(name, StoredTensor.ofFloats(name, new long[] {2}, 1, 2)));
    assertThatThrownBy(() -> ClassifierFile.readAny(path, NAMES))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("'prompt_learner.ctx' has shape [2]; expected (vectors, width)");
  }

  @Test
  void theNearestWordsOfWordsAreThemselves() {
    for (EncoderMethod method :
        List.of(
            new Maple(2, "a photo of a", 3),
            new Ivlp(new VisionLanguagePrompts(2, "a photo of a", 3, 1, 1)))) {
      try (TrainableModel model = method.model(clip, NAMES, 5)) {
        assertThat(NearestWords.of(file(method, model), clip, 1))
            .containsExactly(List.of("a"), List.of("p")); // this tokenizer knows only letters
      }
    }
  }
}
