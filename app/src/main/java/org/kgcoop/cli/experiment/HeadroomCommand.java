package org.kgcoop.cli.experiment;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.number;
import static org.kgcoop.cli.console.TextTable.right;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.cli.options.ClassSplitOption;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.DataSetList;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.cli.options.Shots;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.Headroom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * The command {@code headroom}, which compares zero-shot CLIP with a linear probe on the training
 * images of a data set.
 */
@Command(
    name = "headroom",
    mixinStandardHelpOptions = true,
    header = "Compare zero-shot CLIP with a linear probe of the training images.",
    description = {
      "",
      "Compare zero-shot CLIP with a linear probe on the training images of a data set, by"
          + " cross-validation. The headroom is the difference: what a linear probe of this many"
          + " images gains. It is no bound, because other methods can gain more. Test images are not"
          + " used.",
      ""
    },
    footer = {"", "Example:", "  ./kgcoop headroom --data embedded:objects --shots 8"})
public final class HeadroomCommand implements Callable<Integer> {
  @ParentCommand private Invocation invocation;

  @Mixin private DataSetList data = new DataSetList();

  @Mixin private ClassSplitOption classes = new ClassSplitOption();

  @Mixin private Shots shots = new Shots();

  @Option(
      names = "--seeds",
      paramLabel = "LIST",
      defaultValue = "1,2,3",
      description =
          "Set the seeds of the few-shot samples, comma separated (default: ${DEFAULT-VALUE}).")
  private String seeds;

  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    ClassSplit split = classes.value();
    List<Long> drawn = Parse.numbers("--seeds", seeds);
    List<DataSet> sets = data.open(output);
    List<Headroom> found = new ArrayList<>();
    try (Clip clip = clipOptions.load()) {
      ExperimentContext context =
          invocation.context(clip, cache.open(clip, output), output.progress(), output);
      for (DataSet set : sets) {
        Set<String> warned = new HashSet<>(); // every few-shot sample repeats the same warnings
        List<DataSet> draws =
            drawn.stream()
                .map(
                    seed ->
                        FewShot.draw(
                                set,
                                shots.value(),
                                seed,
                                line -> {
                                  if (warned.add(line)) {
                                    context.warnings().accept(line);
                                  }
                                })
                            .select(split))
                .toList();
        found.add(Headroom.of(context, draws));
      }
    }
    output.json(Map.of("data_sets", found.stream().map(Headroom::toJson).toList()));
    output.text(table(found));
    return 0;
  }

  private static String table(List<Headroom> rows) {
    return TextTable.of(
        rows,
        List.of(
            left("data set", Headroom::dataSet),
            right("classes", row -> String.valueOf(row.classes())),
            right("images", row -> String.valueOf(row.images())),
            right("zero-shot", row -> number(row.zeroShot().mean())),
            right("probe", row -> number(row.probe().mean())),
            right("headroom", row -> number(row.points()))));
  }
}
