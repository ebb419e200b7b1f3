package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.experiment.EvaluationSet;
import org.kgcoop.experiment.Evaluator;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.FewShotSample;
import org.kgcoop.experiment.Jobs;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.method.TaskContext;
import org.kgcoop.model.Head;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Predictions;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;

/**
 * Runs of methods on a part of the images, which classify the other images. Trained classifiers are
 * kept in run folders, so that nothing is trained twice.
 */
final class HeldOutRuns {
  private static final String SEEN = "seen";
  private static final String UNSEEN = "unseen";

  /** Maximum number of classes, summed over the parts that are trained at a time. */
  private static final int CLASSES_AT_A_TIME = 100;

  private final ExperimentContext context;
  private final AdaptRequest request;
  private final DataSet data;
  private final Map<String, Double> shares;
  private final Path work;

  /**
   * Predictions of a method for held-out images.
   *
   * @param score the score of the predictions
   * @param classes the counts per class
   * @param mistakes the wrong predictions
   */
  record Answers(
      Score score, List<AdaptRecord.OfClass> classes, List<AdaptRecord.Mistake> mistakes) {}

  /**
   * Creates runs on the parts of a data set.
   *
   * @param copies the planned training images
   * @param work the folder of the run folders
   */
  HeldOutRuns(ExperimentContext context, AdaptRequest request, ImageGroups copies, Path work) {
    this.context = context;
    this.request = request;
    this.data = copies.data();
    this.shares = copies.share();
    this.work = work;
  }

  /**
   * Returns the predictions of a method. Parts that are not trained yet are trained first.
   *
   * @param stop a condition that ends the work
   * @throws org.kgcoop.KgCoopException of the kind INTERRUPTED, if the condition or the user ended
   *     the work
   */
  Answers answers(MethodSpec spec, String id, List<HoldoutPart> parts, BooleanSupplier stop) {
    List<Score.Asked> asked = new ArrayList<>();
    List<Boolean> right = new ArrayList<>();
    List<AdaptRecord.Mistake> mistakes = new ArrayList<>();
    int[] askedOfClass = new int[data.classNames().size()];
    int[] rightOfClass = new int[data.classNames().size()];
    List<Path> folders = run(spec, id, parts, HeldOutRuns::targets, stop);
    for (int p = 0; p < parts.size(); p++) {
      Predictions predictions = Predictions.read(folders.get(p));
      targets(parts.get(p))
          .forEach(
              (name, target) -> {
                List<Predictions.Prediction> each = predictions.target(name).orElseThrow().each();
                for (int i = 0; i < each.size(); i++) {
                  asked.add(asked(target.test().get(i), name.equals(UNSEEN)));
                  right.add(each.get(i).isRight());
                  askedOfClass[each.get(i).label()]++;
                  if (each.get(i).isRight()) {
                    rightOfClass[each.get(i).label()]++;
                  } else {
                    mistakes.add(mistake(each.get(i), target.classNames()));
                  }
                }
              });
    }
    List<AdaptRecord.OfClass> classes =
        IntStream.range(0, askedOfClass.length)
            .mapToObj(
                label ->
                    new AdaptRecord.OfClass(
                        data.classNames().get(label), askedOfClass[label], rightOfClass[label]))
            .toList();
    return new Answers(new Score(asked, right), classes, mistakes);
  }

  private static Map<String, DataSet> targets(HoldoutPart part) {
    Map<String, DataSet> targets = new LinkedHashMap<>();
    targets.put(SEEN, part.seen());
    targets.put(UNSEEN, part.unseen());
    targets.values().removeIf(target -> target.test().isEmpty());
    return targets;
  }

  /**
   * Trains and measures a method on all parts, several at a time, unless this is done.
   *
   * @param targets a function that returns the images to measure on for a part, by name
   * @return the run folder of each part
   */
  private List<Path> run(
      MethodSpec spec,
      String id,
      List<HoldoutPart> parts,
      Function<HoldoutPart, Map<String, DataSet>> targets,
      BooleanSupplier stop) {
    ExperimentContext limited = context.silent().until(stop);
    List<Supplier<Path>> jobs =
        parts.stream()
            .<Supplier<Path>>map(part -> () -> run(limited, spec, id, part, targets.apply(part)))
            .toList();
    return Jobs.run(jobs, atATime(context.clip().device(), data.classNames().size()));
  }

  /**
   * Returns how many parts are trained at a time. A training step for few classes cannot use all
   * cores. A step for many classes can, and its memory grows with the number of classes.
   */
  static int atATime(Device device, int classes) {
    return device.isCpu()
        ? Math.max(1, Math.min(Engine.threads(), CLASSES_AT_A_TIME / classes))
        : 1;
  }

  /** Runs a method on a part, unless this is done, and returns the run folder. */
  private Path run(
      ExperimentContext limited,
      MethodSpec spec,
      String id,
      HoldoutPart part,
      Map<String, DataSet> asked) {
    limited.checkInterrupted();
    List<EvaluationSet> targets = new ArrayList<>();
    asked.forEach((name, images) -> targets.add(new EvaluationSet(name, images, ClassSplit.ALL)));
    FewShotSample sample = FewShotSample.made(part.fitted(), shots(part.fitted()), request.seed());
    Trial trial = new Trial(spec, sample, targets, run(part, id));
    new TrialRun(limited, trial).run(work);
    return work.resolve(trial.run());
  }

  private static String run(HoldoutPart part, String id) {
    return part.name() + "/" + id;
  }

  /**
   * Returns an image with its unit of resampling: a group of images, or a class if classes are
   * hidden.
   */
  private Score.Asked asked(Item item, boolean unseen) {
    return new Score.Asked(
        request.unseen().isEmpty() ? item.group() : "class " + item.label(),
        item.label(),
        unseen,
        shares.getOrDefault(item.key(), 1.0));
  }

  private static AdaptRecord.Mistake mistake(
      Predictions.Prediction prediction, List<String> classNames) {
    return new AdaptRecord.Mistake(
        prediction.image(),
        classNames.get(prediction.label()),
        classNames.get(prediction.predicted()),
        prediction.confidence());
  }

  /**
   * Returns the logits of a method with fixed settings. Parts that are not trained yet are trained
   * first.
   */
  HeldOutLogits logits(MethodSpec spec, String id, List<HoldoutPart> parts) {
    List<Path> unused = run(spec, id, parts, part -> Map.of(), () -> false);
    return logits(id, parts);
  }

  /**
   * Returns the logits of a trained method. An image that occurs several times counts once. A part
   * in which its class was seen takes precedence.
   */
  HeldOutLogits logits(String id, List<HoldoutPart> parts) {
    Map<String, double[]> rows = new HashMap<>();
    for (HoldoutPart part : parts) {
      targets(part)
          .forEach(
              (name, target) -> {
                double[][] logits = logits(id, part, target);
                for (int i = 0; i < logits.length; i++) {
                  String key = target.test().get(i).key();
                  if (name.equals(SEEN)) {
                    rows.put(key, logits[i]);
                  } else {
                    rows.putIfAbsent(key, logits[i]);
                  }
                }
              });
    }
    List<Item> items = data.train().stream().filter(item -> rows.containsKey(item.key())).toList();
    return new HeldOutLogits(
        items, items.stream().map(item -> Objects.requireNonNull(rows.get(item.key()))).toList());
  }

  private double[][] logits(String id, HoldoutPart part, DataSet asked) {
    DataSet fitted = part.fitted();
    TaskContext task =
        TaskContext.of(asked, fitted.classNames().size(), shots(fitted), request.seed());
    ClassifierFile file = ClassifierFile.read(ClassifierFile.in(work.resolve(run(part, id))));
    try (Scope scope = Scope.open("held-out images");
        Head head = file.forTask(task).classifier(context.clip(), asked.classNames())) {
      return Evaluator.logits(head, context.cache(), asked.test());
    }
  }

  /** Returns the task of learning from the given images. */
  static TaskContext task(DataSet data, long seed) {
    return TaskContext.of(data, data.classNames().size(), shots(data), seed);
  }

  /** Returns the median number of images per class, which selects the published settings. */
  static int shots(DataSet data) {
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    List<Integer> sorted = sizes.values().stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
