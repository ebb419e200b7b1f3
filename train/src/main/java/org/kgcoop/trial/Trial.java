package org.kgcoop.trial;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.ClassIndices;
import org.kgcoop.method.Method;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableCell;
import org.kgcoop.settings.SettingValues;

/**
 * Trial, the unit of every protocol: a method learns from one few-shot sample and is measured on
 * named evaluation sets.
 *
 * @param recipe the method for the classes to learn, and its training settings
 * @param sample the few-shot sample
 * @param targets the evaluation sets, with distinct names
 * @param run the path of the run folder relative to the folder of the table, with '/'
 */
public record Trial(Recipe recipe, FewShotSample sample, List<EvaluationSet> targets, String run) {
  /**
   * Returns a trial without a table. Its evaluation set contains the test images of the same
   * classes, if there are any.
   *
   * @param classes the part of the classes to learn
   * @param shots the number of images per class, or {@link org.kgcoop.data.FewShot#ALL}
   */
  public static Trial alone(
      MethodSpec spec, DataSet whole, ClassSplit classes, int shots, long seed) {
    List<EvaluationSet> targets =
        whole.select(classes).test().isEmpty()
            ? List.of()
            : List.of(new EvaluationSet("test", whole, classes));
    FewShotSample sample = new FewShotSample(whole, classes, shots, seed);
    return new Trial(spec.recipe(sample.task()), sample, targets, "");
  }

  /** Returns the method for the classes to learn. */
  Method method() {
    return recipe.method();
  }

  /** Checks that the method supports the sample and the evaluation sets, before any training. */
  void check() {
    Method method = method();
    method.check(sample.task(), sample.classNames().size(), sample.hasValidation());
    method.closedClassReason().ifPresent(why -> targets.forEach(target -> checkKnown(why, target)));
  }

  private void checkKnown(String why, EvaluationSet target) {
    ClassIndices.of(sample.classNames(), target.data().classNames())
        .firstUnknown()
        .ifPresent(
            name -> {
              throw KgCoopException.configuration(
                  "%s: %s cannot be used on new classes, such as '%s' of %s; leave it out here"
                      .formatted(method().title(), why, name, target.data().name()));
            });
  }

  /**
   * Returns the trial's entry in a table. Results for other evaluation sets are ignored. {@link
   * RunResults#NONE} creates the entry of a pending run.
   */
  TableCell cell(RunResults results) {
    Method method = method();
    Map<String, Object> setting = recipe.setting().values();
    TableCell.Sample own = new TableCell.Sample(sample.name(), sample.statedShots(), sample.seed());
    RunResults brief =
        results.brief(targets.stream().map(EvaluationSet::name).toList(), hasJointList());
    return new TableCell(method.id(), method.title(), method.prompts(), setting, own, run, brief);
  }

  /**
   * Returns true if the trial is measured on base and new classes, and therefore also on both in
   * one list.
   */
  boolean hasJointList() {
    return target(ClassSplit.BASE).isPresent() && target(ClassSplit.NEW).isPresent();
  }

  /** Returns the evaluation set for one half of the classes of the training data set. */
  Optional<EvaluationSet> target(ClassSplit half) {
    return targets.stream()
        .filter(target -> target.isHalf(half) && target.data().name().equals(sample.name()))
        .findFirst();
  }

  Path folder(Path out) {
    return run.isEmpty() ? out : out.resolve(run);
  }

  /**
   * Returns all settings that determine the training, by the keys of {@code run.json}. The
   * evaluation sets are recorded in the results.
   */
  SettingValues settings(ExperimentContext context) {
    DataSet data = sample.data(context.warnings());
    SettingValues settings = SettingValues.of("method", method().settingValues().values());
    if (recipe.training() != null) {
      settings = settings.with("training", recipe.training().stored().values());
    }
    SettingValues ofData =
        SettingValues.of("name", data.name())
            .with("part", sample.classes().name().toLowerCase(Locale.ROOT))
            .with("classes", data.classNames().size())
            .with("shots", sample.statedShots())
            .with("seed", sample.seed())
            .with("train", data.train().size())
            .with("fingerprint", sample.fingerprint(context));
    settings =
        settings.with("data", ofData.values()).with("computation", context.computation().values());
    return recipe.calibrate() ? settings.with("calibrate", true) : settings;
  }
}
