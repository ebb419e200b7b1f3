package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.ClassPlaces;
import org.kgcoop.method.Method;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TargetResult;

/**
 * The unit of every protocol: a contender learns from one draw and is measured on named targets.
 *
 * @param targets of different names
 * @param run its folder below that of the table, with '/'
 */
public record Trial(MethodSpec spec, FewShotSample draw, List<EvaluationSet> targets, String run) {
  public Trial {
    targets = List.copyOf(targets);
  }

  /**
   * A trial of no table, on the test images of the same classes where there are some.
   *
   * @param classes the part that is learned
   * @param shots images a class, or {@link org.kgcoop.data.FewShot#ALL}
   */
  public static Trial alone(
      MethodSpec spec, DataSet whole, ClassSplit classes, int shots, long seed) {
    List<EvaluationSet> targets =
        whole.select(classes).test().isEmpty()
            ? List.of()
            : List.of(new EvaluationSet("test", whole, classes));
    return new Trial(spec, new FewShotSample(whole, classes, shots, seed), targets, "");
  }

  /** The method for the classes that it learns. */
  Method method() {
    return spec.method().apply(draw.task());
  }

  /** Refuses what cannot work, before anything is trained. */
  void check() {
    Method method = method();
    method.check(draw.task(), draw.classNames().size(), draw.hasValidation());
    method.bound().ifPresent(why -> targets.forEach(target -> checkKnown(method, why, target)));
  }

  private void checkKnown(Method method, String why, EvaluationSet target) {
    ClassPlaces.of(draw.classNames(), target.data().classNames())
        .firstUnknown()
        .ifPresent(
            name -> {
              throw KgCoopException.configuration(
                  "%s: %s cannot be used on new classes, such as '%s' of %s; leave it out here"
                      .formatted(method.title(), why, name, target.data().name()));
            });
  }

  /**
   * The trial's part of a table. The run may know other targets, of earlier questions; {@link
   * RunResults#NONE} makes the cell of a run that is to come.
   */
  TableResults.Cell cell(RunResults results) {
    Method method = method();
    return new TableResults.Cell(
        method.id(),
        method.title(),
        method.prompts(),
        spec.setting(),
        draw.name(),
        draw.statedShots(),
        draw.seed(),
        results.msPerImage(),
        results.msPerImageWithFeatures(),
        results.chosen(),
        run,
        targets.stream()
            .flatMap(target -> results.target(target.name()).stream())
            .map(TargetResult::counts)
            .toList());
  }

  Path folder(Path out) {
    return run.isEmpty() ? out : out.resolve(run);
  }

  /** All that decides what is learned. What it is measured on stands in the results. */
  ObjectNode settings(ExperimentContext bench) {
    Method method = method();
    ObjectNode settings = JsonNodeFactory.instance.objectNode();
    settings.set("method", method.toJson());
    method
        .trained()
        .ifPresent(
            trained ->
                settings.set("training", spec.training().apply(trained, draw.task()).toJson()));
    DataSet data = draw.data(bench.warnings());
    settings
        .putObject("data")
        .put("name", data.name())
        .put("part", draw.classes().name().toLowerCase(Locale.ROOT))
        .put("classes", data.classNames().size())
        .put("shots", draw.statedShots())
        .put("seed", draw.seed())
        .put("train", data.train().size())
        .put("fingerprint", draw.fingerprint(bench));
    settings.set("computation", SettingsJson.computation(bench.clip()));
    if (spec.calibrate()) {
      settings.put("calibrate", true);
    }
    return settings;
  }
}
