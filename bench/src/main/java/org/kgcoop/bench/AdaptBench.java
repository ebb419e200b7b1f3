package org.kgcoop.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.EnumIds;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares what {@code adapt} promises with what comes true. */
@Command(
    name = "adapt",
    header =
        "Compare what adapt promises with what comes true on images that it has not seen, in"
            + " situations that people have.")
final class AdaptBench implements Callable<Integer> {
  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the results. Run the command again to resume.")
  private Path out;

  @Option(
      names = "--sets",
      split = ",",
      defaultValue = "objects,places,symbols,rare-objects,compositional",
      paramLabel = "LIST",
      description =
          "Embedded data sets, or shapes: colored shapes that the program draws (default:"
              + " ${DEFAULT-VALUE}).")
  private List<String> sets;

  @Option(names = "--honesty", description = "Names the comparison, which is the only one.")
  @SuppressWarnings("UnusedVariable") // part of the documented command
  private boolean honesty;

  @Option(
      names = "--situations",
      split = ",",
      paramLabel = "LIST",
      description = "Situations (default: all). A wrong name prints their names.")
  private @Nullable List<String> situations;

  @Option(
      names = "--per-class",
      split = ",",
      paramLabel = "LIST",
      description =
          "Images per class, for situations that have several numbers (default: the runs take these"
              + " numbers in turn).")
  private List<Integer> perClass = List.of();

  @Option(
      names = "--seeds",
      split = ",",
      defaultValue = "1,2",
      paramLabel = "LIST",
      description = "Sampling seeds (default: ${DEFAULT-VALUE}).")
  private List<Long> seeds;

  @Option(
      names = "--classes",
      description = "Number of classes that each run draws, 0 for all (default: ${DEFAULT-VALUE}).")
  private int classes = 20;

  @Option(
      names = "--methods",
      defaultValue = "quick",
      paramLabel = "KIND",
      description =
          "Methods: closed for those in closed form, quick for those without training steps,"
              + " default for those that adapt compares by default, or all (default:"
              + " ${DEFAULT-VALUE}).")
  private Honesty.Methods methods;

  @Option(
      names = "--regret",
      description =
          "Measure every candidate on the fresh images, to compare the chosen one with the best.")
  private boolean regret;

  @Override
  public Integer call() throws IOException {
    List<Situation> asked =
        situations == null
            ? List.of(Situation.values())
            : situations.stream()
                .map(id -> EnumIds.of(Situation.class, "--situations", id))
                .toList();
    List<HonestyRun> unused =
        Honesty.run(
            out, new Honesty.Settings(asked, sets, perClass, seeds, classes, methods, regret));
    return 0;
  }
}
