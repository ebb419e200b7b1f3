package org.kgcoop.cli;

import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.DataSets;
import org.kgcoop.data.EmbeddedDataSets;
import picocli.CommandLine.Option;

/** Which pictures, and what is said about them. */
final class DataOptions {
  private static final String EMBEDDED = "embedded:";

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Where the paths of a split file begin (default: looked for beside it).")
  private @Nullable Path images;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Hand-crafted prompt with {} for the class name (default: template.txt beside the data,"
              + " else \"a photo of a {}.\").")
  private @Nullable String template;

  @Option(
      names = "--split-seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "How pictures without a given split are divided, 50 %% train, 20 %% val, 30 %% test"
              + " (default: ${DEFAULT-VALUE}).")
  private long splitSeed = 1;

  @Option(
      names = "--strict",
      description = "Class names that are equal after clean-up are an error, not a warning.")
  private boolean strict;

  /**
   * The data set at a path, or the embedded one of a name.
   *
   * @param data a path, or {@code embedded:NAME}
   */
  DataSet open(String data, Consumer<String> warnings) {
    DataSetOptions options = options(warnings);
    return isEmbedded(data)
        ? EmbeddedDataSets.open(data.substring(EMBEDDED.length()), options)
        : DataSets.open(Path.of(data), options);
  }

  static boolean isEmbedded(String data) {
    return data.startsWith(EMBEDDED);
  }

  private DataSetOptions options(Consumer<String> warnings) {
    return DataSetOptions.defaults(warnings)
        .withImages(images)
        .withTemplate(template)
        .withSplitSeed(splitSeed)
        .withStrict(strict);
  }
}
