package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.io.AtomicFile;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Method;
import org.kgcoop.prompt.PromptLearner;
import org.kgcoop.prompt.PromptMethod;
import org.kgcoop.prompt.Templates;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.train.TrainingSettings;

/**
 * Base-to-new generalisation: learn from a few pictures of the first half of the classes, measure
 * on the test pictures of that half among its names, and on those of the other half among theirs. H
 * is the harmonic mean of the two accuracies.
 */
public final class BaseToNew {

  /**
   * What is compared.
   *
   * @param methods a method for the template of a data set, in the order of the table
   * @param shots pictures a class
   * @param training the training of a method under a seed
   * @param jobs runs at a time; more than one expects an engine set to one thread
   */
  public record Plan(
      List<Function<String, Method>> methods,
      int shots,
      List<Long> seeds,
      BiFunction<PromptMethod, Long, TrainingSettings> training,
      int jobs) {
    public Plan {
      methods = List.copyOf(methods);
      seeds = List.copyOf(seeds);
      if (methods.isEmpty() || seeds.isEmpty() || jobs < 1) {
        throw KgCoopException.configuration("expected at least one method, seed and job");
      }
      if (jobs > 1 && Engine.threads() > 1) {
        throw new IllegalArgumentException(
            jobs + " jobs: expected an engine of one thread, got " + Engine.threads());
      }
    }
  }

  private final Workbench bench;
  private final Plan plan;
  private final Progress all;

  public BaseToNew(Workbench bench, Plan plan) {
    this.plan = plan;
    all = bench.progress();
    // Of runs side by side only their number is told: their own lines would mix.
    this.bench = plan.jobs() == 1 ? bench : bench.silent();
  }

  /**
   * Runs what is missing of all methods, seeds and data sets below {@code out}.
   *
   * @return the table
   */
  public BaseToNewTable run(List<DataSet> dataSets, Path out) {
    List<String> names = dataSets.stream().map(DataSet::name).toList();
    if (names.stream().distinct().count() < names.size()) {
      throw KgCoopException.configuration(
          "two data sets have the same name ("
              + String.join(", ", names)
              + "), so that their runs would share a folder: rename one");
    }
    makeFolder(out);
    List<Material> materials = dataSets.stream().map(Material::new).toList();
    try {
      List<Supplier<BaseToNewTable.Cell>> cells = new ArrayList<>();
      for (Material material : materials) {
        for (Function<String, Method> make : plan.methods()) {
          Method method = make.apply(TrainingRun.template(material.data));
          plan.seeds().forEach(seed -> cells.add(() -> cell(method, seed, material, out)));
        }
      }
      return new BaseToNewTable(run(cells));
    } finally {
      materials.forEach(Material::close);
    }
  }

  private List<BaseToNewTable.Cell> run(List<Supplier<BaseToNewTable.Cell>> cells) {
    if (plan.jobs() == 1) {
      return Jobs.run(cells, 1);
    }
    AtomicLong done = new AtomicLong();
    try (Progress.Task task = all.start("runs", cells.size())) {
      List<Supplier<BaseToNewTable.Cell>> told =
          cells.stream()
              .<Supplier<BaseToNewTable.Cell>>map(
                  cell ->
                      () -> {
                        BaseToNewTable.Cell made = cell.get();
                        synchronized (task) {
                          task.done(done.incrementAndGet());
                        }
                        return made;
                      })
              .toList();
      return Jobs.run(told, plan.jobs());
    }
  }

  private static void makeFolder(Path out) {
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw KgCoopException.io(
          out + ": cannot be made a run folder (" + e + "); try another --out", e);
    }
  }

  /**
   * Writes {@code results.json}: the table, and what it rests on.
   *
   * @return what was written
   */
  public ObjectNode write(BaseToNewTable table, List<DataSet> dataSets, Path out) {
    ObjectNode json = table.toJson();
    ObjectNode settings = json.putObject("settings");
    settings.put("protocol", "base2new").put("shots", plan.shots());
    plan.seeds().forEach(settings.putArray("seeds")::add);
    ArrayNode methods = settings.putArray("methods");
    for (Function<String, Method> make : plan.methods()) {
      Method method = make.apply(Templates.DEFAULT);
      ObjectNode entry = methods.addObject();
      entry.set("method", method.toJson());
      if (method instanceof PromptMethod prompt) {
        entry.set(
            "training",
            SettingsJson.training(plan.training().apply(prompt, plan.seeds().get(0)))
                .without("seed"));
      }
    }
    ArrayNode sets = settings.putArray("data_sets");
    for (DataSet data : dataSets) {
      sets.addObject()
          .put("name", data.name())
          .put("template", TrainingRun.template(data))
          .put("fingerprint", Fingerprint.of(data));
    }
    json.set("computation", SettingsJson.computation(bench.clip()));
    json.set("versions", SettingsJson.provenance());
    AtomicFile.write(
        out.resolve("results.json"),
        stream -> stream.write((json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8)));
    return json;
  }

  /** The test pictures of one half of the classes. */
  private record Half(DataSet data, Tensor features) {}

  /** What all runs on one data set share, made when the first of them begins. */
  private final class Material {
    private final DataSet data;
    private final Map<Long, DataSet> drawn = new HashMap<>();
    private @Nullable Half base;
    private @Nullable Half unseen;

    Material(DataSet data) {
      this.data = data;
    }

    synchronized Half base() {
      if (base == null) {
        base = half(data, ClassSplit.BASE, "base");
      }
      return base;
    }

    synchronized Half unseen() {
      if (unseen == null) {
        unseen = half(data, ClassSplit.NEW, "new");
      }
      return unseen;
    }

    synchronized DataSet drawn(long seed) {
      return drawn.computeIfAbsent(
          seed, s -> FewShot.draw(data, plan.shots(), s, bench.warnings()).select(ClassSplit.BASE));
    }

    synchronized void close() {
      if (base != null) {
        base.features().close();
      }
      if (unseen != null) {
        unseen.features().close();
      }
    }
  }

  private Half half(DataSet data, ClassSplit split, String name) {
    DataSet half = data.select(split);
    if (half.test().isEmpty()) {
      throw KgCoopException.data(
          data.name() + ": the " + name + " half of the classes has no test pictures");
    }
    try (Scope scope = Scope.open("test pictures of " + data.name())) {
      return new Half(
          half,
          Evaluator.features(
                  bench.bank(),
                  half.test(),
                  bench.progress(),
                  data.name() + ": test pictures of " + name + " classes")
              .keep());
    }
  }

  private BaseToNewTable.Cell cell(Method method, long seed, Material material, Path out) {
    Half base = material.base();
    Half unseen = material.unseen();
    DataSet drawn = material.drawn(seed);
    if (method instanceof PromptMethod prompt) {
      if (prompt.context().classSpecific()) {
        throw KgCoopException.configuration(
            method.title() + ": a class-specific context cannot be used on new classes");
      }
      Path folder = out.resolve(drawn.name()).resolve(method.id()).resolve("seed" + seed);
      JsonNode results =
          new TrainingRun(bench, drawn, prompt, plan.training().apply(prompt, seed), plan.shots())
              .run(folder, learner -> evaluated(prompt, learner, base, unseen));
      return BaseToNewTable.Cell.of(method, drawn.name(), seed, results);
    }
    try (FeatureClassifier onBase =
            method.classifier(bench.clip(), base.data().classNames(), seed);
        FeatureClassifier onNew =
            method.classifier(bench.clip(), unseen.data().classNames(), seed)) {
      return BaseToNewTable.Cell.of(
          method, drawn.name(), seed, evaluated(onBase, base, onNew, unseen));
    }
  }

  private ObjectNode evaluated(PromptMethod method, PromptLearner learner, Half base, Half unseen) {
    // A shared context serves any classes: a learner for the new ones takes the learned vectors.
    try (PromptLearner onNew = method.learner(bench.clip(), unseen.data().classNames(), 0)) {
      onNew.load(learner.parameters());
      return evaluated(learner, base, onNew, unseen);
    }
  }

  private ObjectNode evaluated(
      FeatureClassifier onBase, Half base, FeatureClassifier onNew, Half unseen) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.set("base", json(evaluated(onBase, base)));
    json.set("new", json(evaluated(onNew, unseen)));
    return json;
  }

  private static Evaluator.Result evaluated(FeatureClassifier classifier, Half half) {
    return Evaluator.evaluate(
        classifier, half.features(), half.data().test(), half.data().classNames().size());
  }

  /** Counts, and what follows from them. */
  public static ObjectNode json(Evaluator.Result result) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("correct", result.evaluation().correct())
            .put("total", result.evaluation().total())
            .put("accuracy", result.evaluation().accuracy())
            .put("error_rate", result.evaluation().errorRate())
            .put("macro_f1", result.evaluation().macroF1())
            .put("mean_per_class_accuracy", result.evaluation().meanPerClassAccuracy())
            .put("expected_calibration_error", result.expectedCalibrationError());
    ArrayNode confusion = json.putArray("confusion");
    for (List<Long> row : result.evaluation().confusion()) {
      row.forEach(confusion.addArray()::add);
    }
    return json;
  }
}
