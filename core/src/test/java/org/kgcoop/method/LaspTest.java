package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.assertSlopes;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class LaspTest {
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  private static final List<String> ALL =
      List.of("ice cream", "horse", "cat", "tree", "St. Bernard");
  private static final List<String> TEMPLATES = List.of("a {}.", "{} texture");
  private static final ContextSettings CONTEXT = ContextSettings.shared(3, "");
  private static final Lasp METHOD = new Lasp(3, "", TEMPLATES, 3, false);
  private static final long[] LABELS = {2, 0};

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  private static Batch batch(long step) {
    return new Batch(TinyClip.features(2), null, Tensor.of(LABELS, 2), step);
  }

  /** Creates noise for every step except the first, with a noticeable deviation. */
  private static Lasp.Noise noise() {
    return step ->
        step == 0
            ? Optional.empty()
            : Optional.of(template -> TinyClip.normal(10 * step + template, 0.3, ALL.size(), 12));
  }

  /** Creates a trainable model and moves its parameters away from their initial values. */
  private TrainableModel moved(Lasp method) {
    TrainableModel model = method.new LanguageAwareModel(clip, NAMES, ALL, 1, noise());
    try (Scope scope = Scope.open("start")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((name, p) -> values.put(name, TinyClip.normal(name.length(), 0.5, p.shape())));
      model.load(values);
    }
    return model;
  }

  private static Tensor parameter(TrainableModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name), name);
  }

  private static double loss(Step step, String name) {
    return Objects.requireNonNull(step.losses().get(name), name);
  }

  /** Computes the learned features of names, unit(text + w), (C, E). */
  private Tensor learned(TrainableModel model, List<String> names) {
    try (TextFeatures text = new TextFeatures(clip, PromptText.learned(clip, names, CONTEXT));
        Autograd.Switch off = Autograd.off()) {
      return text.all(List.of(parameter(model, "ctx"))).plus(parameter(model, "w")).unitRows();
    }
  }

  /** Computes the mean cross-entropy of rows of logits. */
  private static double crossEntropy(Tensor logits, long... labels) {
    float[] values = logits.toFloats();
    int columns = (int) logits.size(1);
    double sum = 0;
    for (int row = 0; row < labels.length; row++) {
      double partition = 0;
      for (int column = 0; column < columns; column++) {
        partition += Math.exp(values[row * columns + column]);
      }
      sum += Math.log(partition) - values[row * columns + (int) labels[row]];
    }
    return sum / labels.length;
  }

  private double textToText(TrainableModel model, long step) {
    double sum = 0;
    for (int template = 0; template < TEMPLATES.size(); template++) {
      Tensor h = TextFeatures.handCrafted(clip, ALL, TEMPLATES.get(template));
      if (step > 0) {
        h = h.plus(noise().of(step).orElseThrow().apply(template)); // not normalized again
      }
      Tensor t = learned(model, ALL);
      // Each hand-crafted text is a row, which is classified by the learned texts.
      Tensor logits = h.matmul(t.transpose(0, 1)).times(clip.logitScale());
      sum += crossEntropy(logits, 0, 1, 2, 3, 4);
    }
    return sum / TEMPLATES.size();
  }

  @Test
  void theTextToTextLossPicksTheLearnedTextForEachTextOfATemplate() {
    try (TrainableModel model = moved(METHOD);
        Scope scope = Scope.open("test")) {
      for (long number : new long[] {0, 1, 4}) {
        Step step = model.step(batch(number));
        double expected = textToText(model, number);
        assertThat(loss(step, "text_to_text")).isCloseTo(expected, within(1e-5));
        assertThat(loss(step, "loss"))
            .isCloseTo(loss(step, "cross_entropy") + 3 * expected, within(1e-4));
        assertThat(step.losses().keySet()).containsExactly("loss", "cross_entropy", "text_to_text");
      }
    }
  }

  @Test
  void imagesAreClassifiedAmongTheLearnedClassesOrAmongAll() {
    List<String> ordered = List.of("cat", "St. Bernard", "ice_cream", "horse", "tree");
    for (boolean virtual : new boolean[] {false, true}) {
      try (TrainableModel model = moved(new Lasp(3, "", TEMPLATES, 3, virtual));
          Scope scope = Scope.open("test")) {
        Tensor among = learned(model, virtual ? ordered : NAMES);
        Tensor logits = batch(0).features().matmul(among.transpose(0, 1)).times(clip.logitScale());
        assertThat(loss(model.step(batch(0)), "cross_entropy"))
            .isCloseTo(crossEntropy(logits, LABELS), within(1e-5));
        assertThat(model.logits(batch(0).features()).shape()).containsExactly(2, 3);
      }
    }
  }

  @Test
  void computesGradientsEqualToFiniteDifferencesWithNoiseAndOtherClasses() {
    try (TrainableModel model = moved(new Lasp(3, "", TEMPLATES, 3, true));
        Scope scope = Scope.open("test")) {
      List<String> names = List.copyOf(model.parameters().keySet());
      assertThat(names).containsExactly("ctx", "w");
      for (String name : names) {
        assertSlopes(model, List.of(name), () -> batch(1), 1, 7e-3, 2e-4);
      }
    }
  }

  @Test
  void aStepDependsOnItsNumberAndNotOnTheStepsBefore() {
    try (TrainableModel model = moved(METHOD);
        TrainableModel other = moved(METHOD);
        Scope scope = Scope.open("test")) {
      for (long number = 0; number < 3; number++) {
        Step unused = model.step(batch(number));
      }
      byte[] third = model.step(batch(3)).gradients().get(0).toBytes();
      assertThat(other.step(batch(3)).gradients().get(0).toBytes()).isEqualTo(third);
      assertThat(other.step(batch(2)).gradients().get(0).toBytes()).isNotEqualTo(third);
    }
  }

  @Test
  void thePublishedNoiseIsAFunctionOfSeedAndStepAndFallsInHalfOfTheSteps() {
    int steps = 400;
    int noisy = 0;
    try (Scope scope = Scope.open("test")) {
      Lasp.Noise noise = Lasp.Noise.seeded(1, 50, 20);
      for (long step = 0; step < steps; step++) {
        noisy += noise.of(step).isPresent() ? 1 : 0;
      }
      // The limits are four standard deviations, each sqrt(400) / 2.
      assertThat(noisy).isBetween(160, 240);
      long first = 0;
      while (noise.of(first).isEmpty()) {
        first++;
      }
      float[] values = noise.of(first).orElseThrow().apply(0).toFloats();
      assertThat(Lasp.Noise.seeded(1, 50, 20).of(first).orElseThrow().apply(0).toFloats())
          .isEqualTo(values);
      assertThat(noise.of(first).orElseThrow().apply(1).toFloats()).isNotEqualTo(values);
      double squares = 0;
      for (float value : values) {
        squares += value * value;
      }
      // The root mean square of 1000 values has a standard error of 2.2 %.
      assertThat(Math.sqrt(squares / values.length)).isCloseTo(0.05, within(0.005));
    }
  }

  @Test
  void theLearnedServesOtherClassesAndNeedsNoTemplates() {
    try (TrainableModel model = moved(METHOD);
        Scope scope = Scope.open("test")) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      model.parameters().forEach((name, p) -> tensors.put(name, StoredTensor.of(name, p)));
      List<String> others = List.of("tree", "horse");
      try (Head classifier = new FittedMethod(METHOD, NAMES, tensors).classifier(clip, others)) {
        assertThat(classifier.classFeatures().orElseThrow().toFloats())
            .containsExactly(learned(model, others).toFloats(), within(1e-5f));
      }
    }
  }
}
