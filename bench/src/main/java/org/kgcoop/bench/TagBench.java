package org.kgcoop.bench;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.EnumIds;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares what {@code adapt --tags} promises with what comes true. */
@Command(
    name = "tags",
    header =
        "Compare what adapt promises for tags with what comes true on images whose tags are known.")
final class TagBench implements Callable<Integer> {
  /** What is labeled: n images of a population. */
  enum Row {
    HARD_50(50, Population.HARD, 0),
    HARD_150(150, Population.HARD, 0),
    HARD_500(500, Population.HARD, 0),
    MEDIUM_50(50, Population.MEDIUM, 0),
    MEDIUM_150(150, Population.MEDIUM, 0),
    MEDIUM_500(500, Population.MEDIUM, 0),
    HARD_BURSTS_150(150, Population.HARD_BURSTS, 0),
    EASY_BURSTS_150(150, Population.EASY_BURSTS, 0),
    HARD_MISSING_150(150, Population.HARD, 0.3),
    MEDIUM_MISSING_150(150, Population.MEDIUM, 0.3);

    private final int labeled;
    private final Population population;
    private final double missing; // share of the tags of an image that nobody gave it

    Row(int labeled, Population population, double missing) {
      this.labeled = labeled;
      this.population = population;
      this.missing = missing;
    }
  }

  /** Where the images come from. */
  enum Population {
    HARD,
    HARD_BURSTS,
    MEDIUM,
    EASY_BURSTS;

    TagPopulation of(int images) {
      return switch (this) {
        case HARD -> TagPopulation.collages(images, false);
        case HARD_BURSTS -> TagPopulation.collages(images, true);
        case MEDIUM -> TagPopulation.synthetic(images, false, 0.5);
        case EASY_BURSTS -> TagPopulation.synthetic(images, true, 1);
      };
    }
  }

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "LIST",
      description =
          "Rows of the table (default: all). A name has the population and the number of labeled"
              + " images. A wrong name prints the names.")
  private @Nullable List<String> rows;

  @Option(names = "--samples", description = "Samples per row (default: ${DEFAULT-VALUE}).")
  private int samples = 40;

  @Option(
      names = "--images",
      description =
          "Images of a population. Those that a sample does not label are the truth (default:"
              + " ${DEFAULT-VALUE}).")
  private int images = 6_500;

  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    List<Row> asked =
        rows == null
            ? List.of(Row.values())
            : rows.stream().map(id -> EnumIds.of(Row.class, "--rows", id)).toList();
    if (samples < 1) {
      throw KgCoopException.configuration("--samples: expected at least 1, got " + samples);
    }
    for (Row row : asked) {
      if (images < 2 * row.labeled) {
        throw KgCoopException.configuration(
            "--images: expected at least %s for %s, got %s"
                .formatted(2 * row.labeled, EnumIds.id(row), images));
      }
    }
    TagPromises.HEADER.forEach(output::print);
    for (Population population : Population.values()) {
      List<Row> own = asked.stream().filter(row -> row.population == population).toList();
      if (!own.isEmpty()) {
        TagPopulation made = population.of(images);
        for (Row row : own) {
          TagPromises promises = new TagPromises(made, row.labeled, row.missing);
          for (int sample = 0; sample < samples; sample++) {
            promises.add(sample);
          }
          output.print(promises.row(EnumIds.id(row)));
        }
      }
    }
    return 0;
  }
}
