package org.kgcoop.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.progress.Progress;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;
import org.kgcoop.trial.Evaluator;

/**
 * Training on real drawings. The tests check relations that hold for any correct implementation.
 */
@Tag("system")
class EmbeddedTrainingTest {
  private static final String TEMPLATE = EmbeddedClip.TEMPLATE;
  private static final ContextSettings WORDS = ContextSettings.shared(4, "an icon of a");
  private static final DataSetOptions OPTIONS = DataSetOptions.defaults(warning -> {});
  private static final int STEPS = 16;

  /** Results of earlier trainings, by method and number of steps. */
  private static final Map<List<Object>, Trained> TRAINED = new HashMap<>();

  private static Clip clip;
  private static FeatureCache cache;
  private static DataSet slice;

  @BeforeAll
  static void open() {
    clip = Clip.load(EmbeddedClip.folder());
    cache = FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {})));
    // Each selection halves the classes, so one eighth remain.
    slice =
        FewShot.draw(EmbeddedDataSets.open("symbols", OPTIONS), 3, 1, warning -> {})
            .select(ClassSplit.BASE)
            .select(ClassSplit.BASE)
            .select(ClassSplit.BASE);
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  /** The losses and the parameters of a training. */
  private record Trained(List<Map<String, Double>> losses, List<float[]> parameters) {
    double first(String loss) {
      return losses.get(0).getOrDefault(loss, Double.NaN);
    }

    double last(String loss) {
      return losses.get(losses.size() - 1).getOrDefault(loss, Double.NaN);
    }
  }

  /**
   * Trains with all images in one batch. CoCoOp has smaller batches, because its cost grows with
   * images times classes.
   */
  private static Trained train(PromptMethod method, int steps) {
    return TRAINED.computeIfAbsent(List.of(method, steps), key -> trainAnew(method, steps));
  }

  private static Trained trainAnew(PromptMethod method, int steps) {
    try (Scope scope = Scope.open("test");
        TrainableModel model = method.model(clip, slice.classNames(), 1);
        Optimizer sgd =
            new Optimizer(
                List.copyOf(model.parameters().values()), new UpdateRule.Sgd(0.9, 5e-4))) {
      Batch batch = batch(method instanceof CoCoOp ? 8 : slice.train().size());
      List<Map<String, Double>> losses = new ArrayList<>();
      for (int i = 0; i < steps; i++) {
        try (Scope inner = Scope.open("step")) {
          Step step = model.step(batch);
          losses.add(step.losses());
          sgd.step(step.gradients(), 0.2);
        }
      }
      return new Trained(
          losses, model.parameters().values().stream().map(Tensor::toFloats).toList());
    }
  }

  private static Batch batch(int size) {
    // Take every seventh image, because neighboring images have the same class.
    List<Item> items =
        IntStream.range(0, size)
            .mapToObj(i -> slice.train().get(7 * i % slice.train().size()))
            .toList();
    List<float[]> features = Feature.vectors(cache.get(FeatureRequest.of(items)));
    int width = features.get(0).length;
    float[] values = new float[size * width];
    long[] labels = new long[size];
    for (int i = 0; i < size; i++) {
      System.arraycopy(features.get(i), 0, values, i * width, width);
      labels[i] = items.get(i).label();
    }
    return new Batch(Tensor.of(values, size, width), Tensor.of(labels, size));
  }

  static List<PromptMethod> methods() {
    return List.of(
        new CoOp(WORDS),
        new ProGrad(WORDS, TEMPLATE, 1, 1),
        new CoCoOp(WORDS),
        new KgCoOp(WORDS, TEMPLATE, 8, 0));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void lossFalls(PromptMethod method) {
    Trained trained = train(method, method instanceof CoCoOp ? 8 : STEPS);
    String loss = trained.losses().get(0).keySet().iterator().next();
    assertThat(trained.last(loss)).isLessThan(trained.first(loss));
  }

  @Test
  void kgCoOpWithoutWeightEqualsCoOp() {
    Trained coOp = train(new CoOp(WORDS), STEPS);
    Trained kgCoOp = train(new KgCoOp(WORDS, TEMPLATE, 0, 0), STEPS);
    assertThat(kgCoOp.last("cross_entropy")).isCloseTo(coOp.last("loss"), within(1e-4));
    float[] expected = coOp.parameters().get(0);
    float[] found = kgCoOp.parameters().get(0);
    for (int i = 0; i < expected.length; i++) {
      assertThat(found[i]).isCloseTo(expected[i], within(1e-3f));
    }
  }

  @Test
  void startsAtDistanceZeroFromTheTemplate() {
    Trained trained = train(new KgCoOp(WORDS, TEMPLATE, 8, 0), STEPS);
    assertThat(trained.first("knowledge")).isCloseTo(0, within(1e-5));
    assertThat(trained.last("knowledge")).isGreaterThan(1e-5);
  }

  @Test
  void endsNearerToTheTemplateWithALargerWeight() {
    double before = Double.POSITIVE_INFINITY;
    for (double weight : new double[] {0, 2, 8, 32}) {
      double distance = train(new KgCoOp(WORDS, TEMPLATE, weight, 0), STEPS).last("knowledge");
      assertThat(distance).as("distance at weight %s", weight).isLessThan(before);
      before = distance;
    }
  }

  @Test
  void theEmbeddedClipKnowsItsObjects() {
    DataSet all = EmbeddedDataSets.open("objects", OPTIONS);
    // Take every eighth test image, because neighboring images have the same class.
    List<Item> some =
        IntStream.range(0, all.test().size() / 8).mapToObj(i -> all.test().get(8 * i)).toList();
    DataSet objects = all.withImages(all.train(), all.val(), some);
    try (Head zeroShot = new ZeroShot(List.of(TEMPLATE)).classifier(clip, objects.classNames())) {
      double accuracy =
          Evaluator.evaluate(zeroShot, cache, objects, Progress.SILENT).evaluation().accuracy();
      assertThat(accuracy).isGreaterThan(5 * 100.0 / objects.classNames().size());
    }
  }
}
