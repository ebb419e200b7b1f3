package org.kgcoop.cli.runs;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.number;
import static org.kgcoop.cli.console.TextTable.right;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.runs.RunJson;
import org.kgcoop.runs.TargetResult;
import org.kgcoop.tables.RunLabels;
import org.kgcoop.tables.StoredRun;
import picocli.CommandLine.Mixin;

/** The list of runs that {@code runs} and {@code runs list} print. */
abstract class RunsList implements Callable<Integer> {
  private static final int SHOWN_TARGETS = 3;

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private RunsOptions.Filter filter = new RunsOptions.Filter();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    List<StoredRun> found = runs.below(List.of(), filter.filter(), output::warn);
    Map<String, RunLabels> byFolder = labels(found);
    Function<StoredRun, RunLabels> labels =
        run -> Objects.requireNonNull(byFolder.get(folder(run)));
    if (output.isJson()) {
      ArrayNode list = JsonNodeFactory.instance.arrayNode();
      found.forEach(run -> list.add(json(run, labels.apply(run))));
      output.json(JsonNodeFactory.instance.objectNode().set("runs", list));
      return 0;
    }
    if (found.isEmpty()) {
      output.print("no such run below " + runs.root());
      return 0;
    }
    Instant now = Instant.now();
    output.text(
        TextTable.of(
            found,
            List.of(
                left("run", StoredRun::name),
                left("state", run -> run.state().toString()),
                left("method", run -> labels.apply(run).method(run)),
                left("data set", StoredRun::dataSet),
                left("protocol", StoredRun::protocol),
                right("shots", run -> run.shots() == 0 ? "all" : "" + run.shots()),
                right("seed", run -> run.seed() == null ? "-" : "" + run.seed()),
                left("accuracy", RunsList::accuracies),
                right("H", run -> number(run.value("H"))),
                right("ms/image", run -> number(run.msPerImage())),
                right("age", run -> age(Duration.between(run.modified(), now))))));
    return 0;
  }

  /**
   * Returns the varied settings by folder. Runs in different folders would differ in all settings.
   */
  private static Map<String, RunLabels> labels(List<StoredRun> runs) {
    return runs.stream()
        .collect(
            Collectors.groupingBy(
                RunsList::folder,
                Collectors.collectingAndThen(Collectors.toList(), RunLabels::new)));
  }

  private static String folder(StoredRun run) {
    return run.name().split("/", 2)[0];
  }

  private static ObjectNode json(StoredRun run, RunLabels labels) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("run", run.name())
            .put("state", run.state().toString())
            .put("method", run.method());
    ObjectNode setting = json.putObject("setting");
    labels.setting(run).forEach(setting::put);
    json.put("data_set", run.dataSet()).put("protocol", run.protocol()).put("shots", run.shots());
    json.put("seed", run.seed());
    ArrayNode targets = json.putArray("targets");
    run.targets().forEach(target -> targets.add(RunJson.tree(target.counts())));
    run.expected().ifPresent(each -> json.set("expected", RunJson.tree(each)));
    json.put("h", Double.isNaN(run.value("H")) ? null : (Double) run.value("H"));
    json.put("ms_per_image", Double.isNaN(run.msPerImage()) ? null : (Double) run.msPerImage());
    return json.put("modified", run.modified().toString());
  }

  private static String accuracies(StoredRun run) {
    List<TargetResult> targets = run.targets();
    if (targets.isEmpty()) {
      return run.expected().map(each -> "expected " + number(each.accuracy())).orElse("");
    }
    String shown =
        targets.stream()
            .limit(SHOWN_TARGETS)
            .map(t -> t.name() + " " + number(t.accuracy()))
            .collect(Collectors.joining(", "));
    int more = targets.size() - SHOWN_TARGETS;
    return more > 0 ? shown + " and " + more + " more" : shown;
  }

  private static String age(Duration age) {
    if (age.toDays() > 0) {
      return age.toDays() + " d";
    }
    return age.toHours() > 0 ? age.toHours() + " h" : Math.max(0, age.toMinutes()) + " min";
  }
}
