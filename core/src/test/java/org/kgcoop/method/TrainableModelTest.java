package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.FixedFitting;
import org.kgcoop.fixtures.SmallMethods;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Compares losses with plain loops and gradients with finite differences, for every method. */
class TrainableModelTest {
  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  private static final long[] LABELS = {2, 0};

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  static List<PromptMethod> prompts() {
    return SmallMethods.all();
  }

  static List<TrainedMethod> methods() {
    return Stream.concat(SmallMethods.all().stream(), SmallMethods.onFeatures().stream()).toList();
  }

  /** Creates a trainable model with random parameters, for which the loss is smooth. */
  private TrainableModel moved(TrainedMethod method) {
    TrainableModel model = method.model(new FixedFitting(clip, NAMES));
    try (Scope scope = Scope.open("start")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .parameters()
          .forEach((name, p) -> values.put(name, TinyClip.normal(name.length(), 0.5, p.shape())));
      model.load(values);
    }
    return model;
  }

  private static Batch batch() {
    return new Batch(TinyClip.features(2), Tensor.of(LABELS, 2));
  }

  /** Returns the rows of a matrix as doubles. */
  private static double[][] rows(Tensor matrix) {
    float[] values = matrix.toFloats();
    int columns = (int) matrix.size(1);
    double[][] rows = new double[values.length / columns][columns];
    for (int i = 0; i < values.length; i++) {
      rows[i / columns][i % columns] = values[i];
    }
    return rows;
  }

  private static double[] softmax(double[] logits, double temperature) {
    double sum = 0;
    double[] p = new double[logits.length];
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(logits[c] / temperature);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }

  private static double crossEntropy(double[][] logits) {
    double sum = 0;
    for (int b = 0; b < logits.length; b++) {
      sum -= Math.log(softmax(logits[b], 1)[(int) LABELS[b]]);
    }
    return sum / logits.length;
  }

  private static double loss(Step step, String name) {
    return Objects.requireNonNull(step.losses().get(name), name);
  }

  @ParameterizedTest
  @MethodSource("methods")
  void theCrossEntropyIsThatOfTheLogits(TrainedMethod method) {
    try (TrainableModel model = moved(method);
        Scope scope = Scope.open("test")) {
      double expected = crossEntropy(rows(model.logits(batch().features())));
      Step step = model.step(batch());
      String name = step.losses().containsKey("cross_entropy") ? "cross_entropy" : "loss";
      assertThat(loss(step, name)).isCloseTo(expected, within(1e-5));
    }
  }

  /** The random CLIPs have the logit scale 1 / 0.07. */
  @Test
  void aWeightMayBeMeantForAnotherScale() {
    ContextSettings context = ContextSettings.shared(3, "");
    try (TrainableModel plain = moved(new KgCoOp(context, "a photo of a {}.", 3, 0));
        TrainableModel scaled = moved(new KgCoOp(context, "a photo of a {}.", 30, 10 / 0.07));
        Scope scope = Scope.open("test")) {
      assertThat(loss(scaled.step(batch()), "loss"))
          .isCloseTo(loss(plain.step(batch()), "loss"), within(1e-5));
    }
  }

  @Test
  void kgCoOpAddsTheWeightedMeanOfOneMinusTheCosines() {
    KgCoOp method = new KgCoOp(ContextSettings.shared(3, ""), "a photo of a {}.", 3, 0);
    try (TrainableModel model = moved(method);
        Scope scope = Scope.open("test")) {
      double[][] learned = classFeatures(model);
      double[][] hand = rows(TextFeatures.handCrafted(clip, NAMES, "a photo of a {}."));
      double knowledge = 0;
      double squared = 0;
      for (int c = 0; c < 3; c++) {
        double cosine = 0;
        for (int e = 0; e < 12; e++) {
          cosine += learned[c][e] * hand[c][e];
          squared += Math.pow(learned[c][e] - hand[c][e], 2);
        }
        knowledge += (1 - cosine) / 3;
      }
      Step step = model.step(batch());
      assertThat(loss(step, "knowledge")).isCloseTo(knowledge, within(1e-6));
      // In the paper, the loss is half of the squared distance.
      assertThat(loss(step, "knowledge")).isCloseTo(squared / 3 / 2, within(1e-6));
      assertThat(loss(step, "loss"))
          .isCloseTo(loss(step, "cross_entropy") + 3 * knowledge, within(1e-5));
      assertThat(step.losses().keySet()).containsExactly("loss", "cross_entropy", "knowledge");
    }
  }

  /** Computes unit class features from the logits of the unit vectors of the joint space. */
  private double[][] classFeatures(TrainableModel model) {
    float[] identity = new float[144];
    for (int e = 0; e < 12; e++) {
      identity[13 * e] = 1;
    }
    double[][] transposed = rows(model.logits(Tensor.of(identity, 12, 12))); // (E, C)
    double[][] features = new double[NAMES.size()][12];
    for (int c = 0; c < features.length; c++) {
      for (int e = 0; e < 12; e++) {
        features[c][e] = transposed[e][c] / clip.logitScale();
      }
    }
    return features;
  }

  @Test
  void proGradsDistillationIsTheTemperedCrossEntropyUnderTheTeacher() {
    ProGrad method = new ProGrad(ContextSettings.shared(3, ""), "{} texture", 2, 0.7);
    try (TrainableModel model = moved(method);
        Head teacher = new ZeroShot(List.of("{} texture")).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      double[][] z = rows(teacher.logits(batch().features()));
      double[][] s = rows(model.logits(batch().features()));
      double sum = 0;
      for (int b = 0; b < 2; b++) {
        double[] target = softmax(z[b], 2);
        double[] student = softmax(s[b], 2);
        for (int c = 0; c < 3; c++) {
          sum -= target[c] * Math.log(student[c]);
        }
      }
      Step step = model.step(batch());
      assertThat(loss(step, "distillation")).isCloseTo(4 * sum / 2, within(1e-5));
      assertThat(step.losses().keySet()).containsExactly("cross_entropy", "distillation");
    }
  }

  /** ProGrad changes its gradients, so they are not derivatives. {@code ProGradTest} tests them. */
  static List<TrainedMethod> withDerivatives() {
    return methods().stream().filter(method -> !(method instanceof ProGrad)).toList();
  }

  @ParameterizedTest
  @MethodSource("withDerivatives")
  void gradientsEqualFiniteDifferences(TrainedMethod method) {
    try (TrainableModel model = moved(method);
        Scope scope = Scope.open("test")) {
      List<String> names = new ArrayList<>(model.parameters().keySet());
      List<Tensor> gradients = model.step(batch()).gradients();
      assertThat(gradients).hasSameSizeAs(names);
      for (int i = 0; i < names.size(); i++) {
        assertThat(gradients.get(i).shape()).isEqualTo(parameter(model, names.get(i)).shape());
        checkGradient(model, names.get(i), gradients.get(i).toFloats());
      }
    }
  }

  private static Tensor parameter(TrainableModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name), name);
  }

  /**
   * The slope along the gradient is its norm, and the slope along a random unit vector d is g . d.
   * A central difference with step h = 2e-2 has an error of h^2 / 6 times the third derivative, and
   * a rounding error of 1e-6 / h. The tolerance of 2 % of the norm covers both.
   */
  private static void checkGradient(TrainableModel model, String name, float[] gradient) {
    double norm = norm(gradient);
    assertThat(norm).as(name).isGreaterThan(1e-2);
    List<float[]> directions = new ArrayList<>();
    directions.add(gradient);
    for (int seed = 1; seed <= 3; seed++) {
      try (Scope scope = Scope.open("direction")) {
        directions.add(TinyClip.normal(seed, 1, gradient.length).toFloats());
      }
    }
    for (float[] direction : directions) {
      double length = norm(direction);
      double expected = 0;
      for (int i = 0; i < gradient.length; i++) {
        expected += gradient[i] * direction[i] / length;
      }
      double h = 2e-2;
      double slope =
          (lossAt(model, name, direction, h / length) - lossAt(model, name, direction, -h / length))
              / (2 * h);
      assertThat(slope).as(name).isCloseTo(expected, within(0.02 * norm + 2e-4));
    }
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  private static double lossAt(
      TrainableModel model, String name, float[] direction, double distance) {
    try (Scope scope = Scope.open("moved")) {
      Tensor p = parameter(model, name);
      float[] before = p.toFloats();
      float[] moved = before.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += (float) (distance * direction[i]);
      }
      p.copy_(Tensor.of(moved, p.shape()));
      double loss = loss(model.step(batch()), "loss");
      p.copy_(Tensor.of(before, p.shape()));
      return loss;
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aStepChangesNoParameter(TrainedMethod method) {
    try (TrainableModel model = moved(method);
        Scope scope = Scope.open("test")) {
      Map<String, byte[]> before = new LinkedHashMap<>();
      model.parameters().forEach((name, p) -> before.put(name, p.toBytes()));
      Step unused = model.step(batch());
      model.parameters().forEach((name, p) -> assertThat(p.toBytes()).isEqualTo(before.get(name)));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void fixedGivesTheSameLogits(TrainedMethod method) {
    try (TrainableModel model = moved(method);
        Head fixed = model.toHead();
        Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off()) {
      Tensor features = TinyClip.features(5);
      assertThat(fixed.logits(features).toFloats()).isEqualTo(model.logits(features).toFloats());
    }
  }

  @ParameterizedTest
  @MethodSource("prompts")
  void equalSeedsStartAlikeAndOthersDoNot(PromptMethod method) {
    try (TrainableModel a = method.model(clip, NAMES, 3);
        TrainableModel b = method.model(clip, NAMES, 3);
        TrainableModel c = method.model(clip, NAMES, 4)) {
      byte[] start = parameter(a, "ctx").toBytes();
      assertThat(parameter(b, "ctx").toBytes()).isEqualTo(start);
      assertThat(parameter(c, "ctx").toBytes()).isNotEqualTo(start);
    }
  }

  @Test
  void kgCoOpOfWeightZeroIsCoOp() {
    ContextSettings context = ContextSettings.shared(3, "");
    try (TrainableModel kg = moved(new KgCoOp(context, "{} texture", 0, 0));
        TrainableModel co = moved(new CoOp(context));
        Scope scope = Scope.open("test")) {
      Step a = kg.step(batch());
      Step b = co.step(batch());
      assertThat(loss(a, "loss")).isEqualTo(loss(b, "loss"));
      float[] expected = b.gradients().get(0).toFloats();
      assertThat(a.gradients().get(0).toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void startedFromTheTeachersWordsNothingIsForgotten() {
    // This includes extra tokens. With 186 merges, "photo" has more than one.
    KgCoOp method = new KgCoOp(ContextSettings.shared(4, "a photo of a"), "a photo of a {}.", 8, 0);
    try (TrainableModel model = method.model(clip, NAMES, 1);
        Head teacher = new ZeroShot(List.of("a photo of a {}.")).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      assertThat(loss(model.step(batch()), "knowledge")).isCloseTo(0, within(1e-6));
      float[] taught = teacher.logits(batch().features()).toFloats();
      assertThat(model.logits(batch().features()).toFloats())
          .containsExactly(taught, within(1e-5f));
    }
  }

  @Test
  void wordsInitialiseTheLastVectorsAndTheOthersAreZero() {
    try (TrainableModel model =
            new CoOp(ContextSettings.shared(6, "a photo of a")).model(clip, NAMES, 1);
        Scope scope = Scope.open("test")) {
      double[][] ctx = rows(parameter(model, "ctx"));
      List<Integer> tokens = clip.tokenizer().encode("a photo of a");
      for (int m = 0; m < 6; m++) {
        double[] expected =
            m < 2
                ? new double[32]
                : rows(clip.textEncoder().embed(new long[] {tokens.get(m - 2)}))[0];
        assertThat(ctx[m]).isEqualTo(expected);
      }
    }
  }

  @Test
  void coCoOpShiftsAllVectorsByTheNetOfTheImage() {
    // If the second layer of the network is zero, nothing is shifted, and the logits equal CoOp's.
    ContextSettings context = ContextSettings.shared(3, "");
    try (TrainableModel conditional = moved(new CoCoOp(context));
        TrainableModel plain = moved(new CoOp(context));
        Scope scope = Scope.open("test")) {
      Tensor bias = parameter(conditional, "meta_net.linear2.bias"); // (32)
      parameter(conditional, "meta_net.linear2.weight").copy_(Tensor.full(0, 32, 1));
      bias.copy_(Tensor.full(0, 32));
      assertThat(conditional.logits(batch().features()).toFloats())
          .containsExactly(plain.logits(batch().features()).toFloats(), within(1e-5f));
      // If only the bias is not zero, it is added to each vector.
      bias.copy_(Tensor.full(0.25, 32));
      parameter(plain, "ctx").copy_(parameter(plain, "ctx").plus(0.25));
      assertThat(conditional.logits(batch().features()).toFloats())
          .containsExactly(plain.logits(batch().features()).toFloats(), within(1e-5f));
    }
  }

  @Test
  void coCoOpsParametersHaveTheirPublishedNamesAndShapes() {
    try (TrainableModel model = new CoCoOp(ContextSettings.shared(4, "")).model(clip, NAMES, 1)) {
      assertThat(model.parameters().keySet())
          .containsExactly(
              "ctx",
              "meta_net.linear1.weight",
              "meta_net.linear1.bias",
              "meta_net.linear2.weight",
              "meta_net.linear2.bias");
      // E is 12, so E / 16 is 0, but the network has at least one hidden unit.
      assertThat(parameter(model, "meta_net.linear1.weight").shape()).containsExactly(1, 12);
      assertThat(parameter(model, "meta_net.linear2.weight").shape()).containsExactly(32, 1);
    }
  }

  @Test
  void aBatchThatIsHalvedHasTheMeanOfTheLosses() {
    try (TrainableModel model = moved(new CoCoOp(ContextSettings.shared(3, "")));
        Scope scope = Scope.open("test")) {
      ToDoubleFunction<Integer> one =
          i ->
              loss(
                  model.step(
                      new Batch(
                          TinyClip.features(2).narrow(0, i, 1),
                          Tensor.of(new long[] {LABELS[i]}, 1))),
                  "loss");
      assertThat(loss(model.step(batch()), "loss"))
          .isCloseTo((one.applyAsDouble(0) + one.applyAsDouble(1)) / 2, within(1e-5));
    }
  }

  @Test
  void aBatchOfUnequalLengthsIsRefused() {
    try (Scope scope = Scope.open("test")) {
      Tensor features = TinyClip.features(2);
      Tensor labels = Tensor.of(new long[] {1}, 1);
      assertThatThrownBy(() -> new Batch(features, labels))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("batch: 2 images, 1 labels");
    }
  }

  @Test
  void parametersOfAnotherShapeOrNameAreRefusedWhole() {
    try (TrainableModel model = moved(new CoOp(ContextSettings.shared(3, "")));
        Scope scope = Scope.open("test")) {
      byte[] before = parameter(model, "ctx").toBytes();
      assertThatThrownBy(() -> model.load(Map.of("ctx", Tensor.full(0, 4, 32))))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("'ctx' is FLOAT32(4, 32), expected 'ctx' FLOAT32(3, 32)");
      assertThatThrownBy(() -> model.load(Map.of("context", Tensor.full(0, 3, 32))))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("no learned tensor 'ctx'");
      assertThat(parameter(model, "ctx").toBytes()).isEqualTo(before);
    }
  }

  @Test
  void aZeroShotEnsembleIsTheUnitMeanOfItsUnitFeatures() {
    List<String> templates = List.of("a photo of a {}.", "{} texture");
    try (Head ensemble = new ZeroShot(templates).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      double[][] a = rows(TextFeatures.handCrafted(clip, NAMES, templates.get(0)));
      double[][] b = rows(TextFeatures.handCrafted(clip, NAMES, templates.get(1)));
      double[][] f = rows(batch().features());
      double[][] logits = rows(ensemble.logits(batch().features()));
      for (int c = 0; c < 3; c++) {
        double norm = 0;
        for (int e = 0; e < 12; e++) {
          norm += Math.pow((a[c][e] + b[c][e]) / 2, 2);
        }
        for (int i = 0; i < 2; i++) {
          double dot = 0;
          for (int e = 0; e < 12; e++) {
            dot += f[i][e] * (a[c][e] + b[c][e]) / 2 / Math.sqrt(norm);
          }
          assertThat(logits[i][c]).isCloseTo(clip.logitScale() * dot, within(1e-4));
        }
      }
    }
  }

  @Test
  void unitRowsOfAFunctionAreItsOwn() {
    // The class features are unit vectors for any context.
    try (TrainableModel model = moved(new CoOp(ContextSettings.shared(3, "")));
        Scope scope = Scope.open("test")) {
      for (double[] feature : classFeatures(model)) {
        double squares = 0;
        for (double value : feature) {
          squares += value * value;
        }
        assertThat(squares).isCloseTo(1, within(1e-5));
      }
      assertThat(Functions.softmax(model.logits(batch().features()), 1).sum().item())
          .isCloseTo(2, within(1e-5));
    }
  }
}
