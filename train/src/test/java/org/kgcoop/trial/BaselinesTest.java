package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.Method;
import org.kgcoop.method.Probe;
import org.kgcoop.method.SelectionData;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.TableResults;
import org.kgcoop.settings.SettingValues;

/** Methods that prompts are compared with: the linear probe, LP++ and the caches. */
class BaselinesTest {
  private final TinyLab lab = new TinyLab();
  @TempDir Path folder;

  @AfterEach
  void close() {
    lab.close();
  }

  private DataSet data(String name, List<String> classes, int train, int val) {
    return TestImages.dataSet(folder.resolve(name), classes, train, val, 4);
  }

  private JsonNode results(String run) {
    return TinyLab.results(folder.resolve("out").resolve(run));
  }

  @Test
  void rejectsAProbeForNewClasses() {
    ExperimentPlan plan =
        TinyLab.plan(
            List.of(task -> new Probe(OptionalDouble.empty(), SelectionData.FOLDS)),
            "test",
            List.of(2),
            1L);
    DataSet source = data("source", List.of("a", "b", "c"), 3, 0);
    assertThatThrownBy(() -> lab.run(new BaseToNew(List.of(source)), plan, folder.resolve("out")))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(
            "Linear probe: a linear probe cannot be used on new"
                + " classes, such as 'c' of source; leave it out here");
    JsonNode ofBase =
        lab.run(new BaseToNew(List.of(source), true), plan, folder.resolve("base-only"));
    JsonNode targets = ofBase.path("cells").path(0).path("results").path("targets");
    assertThat(targets.findValuesAsText("name")).containsExactly("base");
    assertThat(targets.path(0).path("accuracy").asDouble()).isGreaterThan(80);
    assertThatThrownBy(
            () ->
                lab.run(
                    new Transfer("cross", source, List.of(data("other", List.of("d", "e"), 1, 0))),
                    plan,
                    folder.resolve("out")))
        .hasMessageContaining("'d' of other");
    // The images have the same colors, but the classes b and c have other labels.
    DataSet all = data("same", List.of("a", "b", "c"), 1, 0);
    DataSet some =
        new DataSet(
            "some",
            List.of("b", "c"),
            List.of(),
            List.of(),
            all.test().stream()
                .filter(item -> item.label() > 0)
                .map(i -> new Item(i.key(), i.file(), i.label() - 1, i.className()))
                .toList(),
            null);
    JsonNode table =
        lab.run(new Transfer("domain", source, List.of(some)), plan, folder.resolve("out"));
    JsonNode shifted = table.path("cells").path(0).path("results").path("targets").path(1);
    assertThat(shifted.path("total").asInt()).isEqualTo(8);
    assertThat(shifted.path("correct").asInt()).isGreaterThan(6);
  }

  /** Each class has a color, which LP++ and the caches learn. */
  @Test
  void storesWhatCachesAndLpPlusPlusChose() {
    SettingValues cache =
        SettingValues.of("views", 2)
            .with("search_scale", List.of(9, 30))
            .with("search_step", List.of(6, 6));
    List<Function<TaskContext, Method>> methods = new ArrayList<>();
    for (String id : List.of("tip-adapter", "tip-adapter-f")) {
      methods.add(task -> MethodRegistry.parse(cache.with("method", id)));
    }
    SettingValues lp =
        SettingValues.of("method", "lp++").with("epochs", 40).with("select_on", "validation");
    methods.add(task -> MethodRegistry.parse(lp));
    FewShotCurve curve = new FewShotCurve(List.of(data("val", List.of("a", "b", "c"), 4, 2)));
    ExperimentPlan plan = TinyLab.plan(methods, "cache:2", List.of(4), 1L);

    JsonNode table = lab.run(curve, plan, folder.resolve("out"));

    for (JsonNode cell : table.path("cells")) {
      assertThat(cell.path("results").path("targets").path(0).path("accuracy").asDouble())
          .as(cell.path("title").asText())
          .isGreaterThan(60);
    }
    TableResults results = TableResults.read(folder.resolve("out")).orElseThrow();
    assertThat(TableResults.choices(results.cells()))
        .containsExactly(
            "alpha, beta of Tip-Adapter: chosen by folds of the shots, no other label looked at.",
            "alpha, beta of Tip-Adapter-F: chosen by folds of the shots, no other label looked"
                + " at.",
            "epoch of LP++: chosen by the labels of validation images.");
    ClassifierFile file =
        ClassifierFile.read(
            folder.resolve("out/val/tip-adapter-f/shots4/seed1/classifier.safetensors"));
    assertThat(file.method().settingValues().toJson().path("beta"))
        .isEqualTo(results("val/tip-adapter-f/shots4/seed1").path("chosen").path("beta"));
    assertThat(file.parameters().keySet()).containsExactly("weight", "labels");
    assertThat(lab.run(curve, plan, folder.resolve("out"))).isEqualTo(table);
  }

  @Test
  void usesTheTemplateOfEachDataSet() {
    DataSet one = data("one", List.of("a", "b"), 1, 0).withTemplate("a drawing of {}.");
    DataSet two = data("two", List.of("c", "d"), 1, 0).withTemplate("the letter {}.");
    JsonNode unused =
        lab.run(
            new Transfer("cross", one, List.of(two)),
            TinyLab.plan(
                List.of(task -> new Ensemble(task.template(), List.of("art of the {}."), true)),
                "test",
                List.of(1),
                1L),
            folder.resolve("out"));
    JsonNode target = results("one/ensemble/seed1").path("targets").path(1);
    assertThat(target.path("set").path("template").asText()).isEqualTo("the letter {}.");
    DataSet asked = two.withImages(List.of(), List.of(), two.test());
    try (Head classifier =
        new ZeroShot(List.of("art of the {}.", "the letter {}."))
            .classifier(lab.clip, asked.classNames())) {
      Evaluator.Measurement result =
          Evaluator.evaluate(classifier, lab.context(() -> false).cache(), asked, Progress.SILENT);
      assertThat(target.path("correct").asLong()).isEqualTo(result.evaluation().correct());
      assertThat(TinyLab.stream(target.path("predictions")).map(JsonNode::asInt))
          .isEqualTo(result.predictions());
    }
  }
}
