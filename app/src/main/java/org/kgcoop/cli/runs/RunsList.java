package org.kgcoop.cli.runs;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.number;
import static org.kgcoop.cli.console.TextTable.right;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.runs.AdaptRecord;
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
    Map<String, RunLabels> folders = labels(found);
    Function<StoredRun, RunLabels> labels = run -> Objects.requireNonNull(folders.get(folder(run)));
    output.json(Map.of("runs", found.stream().map(run -> Row.of(run, labels.apply(run))).toList()));
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

  private record Row(
      String run,
      String state,
      String method,
      Map<String, String> setting,
      String dataSet,
      String protocol,
      int shots,
      @Nullable Long seed,
      List<TargetResult> targets,
      @JsonInclude(JsonInclude.Include.NON_NULL) AdaptRecord.@Nullable Accuracy expected,
      double h,
      double msPerImage,
      String modified) {
    static Row of(StoredRun run, RunLabels labels) {
      return new Row(
          run.name(),
          run.state().toString(),
          run.method(),
          labels.setting(run),
          run.dataSet(),
          run.protocol(),
          run.shots(),
          run.seed(),
          run.targets().stream().map(TargetResult::counts).toList(),
          run.expected().orElse(null),
          run.value("H"),
          run.msPerImage(),
          run.modified().toString());
    }
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
