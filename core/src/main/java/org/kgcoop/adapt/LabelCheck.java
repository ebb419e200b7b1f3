package org.kgcoop.adapt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.eval.Softmax;
import org.kgcoop.eval.Temperature;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.Progress;
import org.kgcoop.method.KernelRidge;
import org.kgcoop.method.LeaveOneOut;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Check for wrong labels in a data set, without any training. Each image is classified by a kernel
 * ridge regression ({@link KernelRidge}) on all other images and the class texts, in closed form.
 * Copies of the image are left out together with it.
 */
public final class LabelCheck {
  /** Maximum number of images. The regression takes 9 n^3 operations. */
  private static final int MOST_IMAGES = 5_000;

  private static final double[] BETAS = {1, 2, 4, 8};
  private static final double[] LAMBDAS = {0.05, 0.1, 0.3, 1};

  /** Logit scale that the published weight of the regression refers to. */
  private static final double PUBLISHED_SCALE = 100;

  private LabelCheck() {}

  /**
   * Lists suspect labels of all images, the most suspicious first. Unreadable images are skipped.
   *
   * @throws KgCoopException if there are more images than the regression supports
   */
  public static List<AdaptRecord.Suspect> of(ExperimentContext context, DataSet data) {
    ImageGroups groups = groups(context, data);
    List<Item> items = groups.data().train();
    if (items.size() < 2) {
      return List.of();
    }
    int[] labels = items.stream().mapToInt(Item::label).toArray();
    List<double[]> logits = logits(context, groups.data(), labels);
    double temperature = Temperature.fit(logits.toArray(double[][]::new), labels).temperature();
    return Suspects.of(
        items,
        logits.stream().map(row -> Softmax.probabilities(row, 1 / temperature)).toList(),
        groups.data().classNames(),
        groups.contradictory());
  }

  /** Returns the readable images, without exact copies, with groups of near copies. */
  private static ImageGroups groups(ExperimentContext context, DataSet data) {
    List<Item> all = TrainingImages.items(data);
    if (all.size() > MOST_IMAGES) {
      throw KgCoopException.configuration(
          "%s: %s images, and labels are checked among at most %s; check a part, or give --quick"
              .formatted(data.name(), all.size(), MOST_IMAGES));
    }
    List<Item> readable = new ArrayList<>(all);
    try (Progress.Task task =
        context.progress().start(data.name() + ": image features", all.size())) {
      context
          .cache()
          .check(
              all, problem -> readable.removeIf(item -> item.file().equals(problem.file())), task);
    }
    DataSet labeled = data.withImages(readable, List.of(), List.of()).select(ClassSplit.ALL);
    ImageGroups exact = ImageGroups.exact(labeled, context.cache());
    ImageGroups near = exact.withNear(exact.data(), context.cache());
    if (!near.hint().isEmpty()) {
      context.warnings().accept(near.hint());
    }
    return near;
  }

  private static List<double[]> logits(ExperimentContext context, DataSet data, int[] labels) {
    double scale = context.clip().logitScale();
    List<float[]> vectors = context.cache().test(data.train(), done -> {}).vectors();
    int width = vectors.get(0).length;
    float[] values = new float[vectors.size() * width];
    for (int i = 0; i < vectors.size(); i++) {
      System.arraycopy(vectors.get(i), 0, values, i * width, width);
    }
    try (Scope scope = Scope.open("label check");
        Autograd.Switch off = Autograd.off();
        Head zeroShot =
            new ZeroShot(List.of(Templates.of(data)))
                .classifier(context.clip(), data.classNames())) {
      Tensor rows = Tensor.of(values, labels.length, width);
      Tensor texts = zeroShot.classFeatures().orElseThrow();
      int[] groups = Item.groupNumbers(data.train()).stream().mapToInt(Integer::intValue).toArray();
      LeaveOneOut found =
          KernelRidge.search(
              rows,
              texts,
              labels,
              groups,
              BETAS,
              LAMBDAS,
              lambda -> lambda * PUBLISHED_SCALE / scale,
              scale);
      int best = found.best().orElseThrow();
      double lambda = LAMBDAS[best % LAMBDAS.length];
      double[] logits =
          new KernelRidge(rows, texts, labels, BETAS[best / LAMBDAS.length])
              .leaveOneOut(groups, lambda, lambda * PUBLISHED_SCALE / scale)
              .times(scale)
              .toDoubles();
      int classes = data.classNames().size();
      return Stream.iterate(0, from -> from < logits.length, from -> from + classes)
          .map(from -> Arrays.copyOfRange(logits, from, from + classes))
          .toList();
    }
  }
}
