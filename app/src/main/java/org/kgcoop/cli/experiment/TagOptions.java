package org.kgcoop.cli.experiment;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.Rare;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of an adaptation to tags, and which others do not go with it. */
final class TagOptions {
  /** The options of an adaptation to classes. */
  private static final List<String> OF_CLASSES =
      List.of("--minutes", "--methods", "--plan", "--labels", "--unseen", "--shots", "--unknown");

  private static final int WISH = 80;

  @Rare
  @Option(
      names = "--tags",
      description =
          "Learn tags: words that an image has or has not, any number of them. They come from"
              + " keywords (--labels-from keywords) or from --tags-file.")
  private boolean tags;

  @Rare
  @Option(
      names = "--tags-file",
      paramLabel = "FILE",
      description =
          "Take the tags from a CSV file with the columns image and tag, and value (1 or 0). A"
              + " missing pair is unknown.")
  private @Nullable Path file;

  @Rare
  @Option(
      names = "--complete",
      description = "State that a missing row of --tags-file means 0, also for images without one.")
  private boolean complete;

  @Rare
  @Option(
      names = "--wish",
      paramLabel = "N",
      description =
          "Set how many of 100 images that get a tag must be right, 1 to 99 (default: 80). A tag"
              + " that cannot promise it is not written.")
  private @Nullable Integer wish;

  @Rare
  @Option(
      names = "--check",
      paramLabel = "TAG",
      description =
          "Draw 30 images that would get a tag that is not written. Write yes or no into"
              + " DIR/checks.csv, and run the command again.")
  private @Nullable String check;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * Returns true if the user wants tags.
   *
   * @throws KgCoopException of the category CONFIGURATION if options contradict each other
   */
  boolean areGiven(DataOptions data) {
    boolean given = tags || file != null;
    if (!given) {
      refuse(List.of("--complete", "--wish", "--check"), "goes with --tags");
      return false;
    }
    refuse(OF_CLASSES, "is for one class per image, and an image can have several tags");
    if (complete && file == null) {
      throw KgCoopException.configuration("--complete goes with --tags-file");
    }
    if ((file != null) == data.areKeywords()) {
      throw KgCoopException.configuration(
          "--tags: expected --labels-from keywords or --tags-file FILE, got "
              + (file == null ? "neither" : "both"));
    }
    return true;
  }

  private void refuse(List<String> options, String why) {
    for (String option : options) {
      if (spec.commandLine().getParseResult().hasMatchedOption(option)) {
        throw KgCoopException.configuration(option + " " + why);
      }
    }
  }

  @Nullable Path file() {
    return file;
  }

  boolean isComplete() {
    return complete;
  }

  int wish() {
    return wish == null ? WISH : wish;
  }

  @Nullable String check() {
    return check;
  }
}
