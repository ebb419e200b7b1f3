package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import picocli.CommandLine.Option;

/** The options for the images, their classes, the template and the split. */
public final class DataOptions {
  private static final String EMBEDDED = "embedded:";

  @Option(
      names = "--root",
      paramLabel = "DIR",
      description =
          "Set the folder of data sets that you give by name, such as oxford_pets. The command"
              + " download --list prints the names.")
  private @Nullable Path root;

  @Option(
      names = "--images",
      paramLabel = "DIR",
      description =
          "Set the folder of the images that a split file lists (default: found next to the"
              + " file).")
  private @Nullable Path images;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Set the hand-crafted prompt, with {} for the class name (default: template.txt next"
              + " to the data, or \"a photo of a {}.\").")
  private @Nullable String template;

  @Option(
      names = "--class-names",
      paramLabel = "FILE",
      description =
          "Read class names from a file: one name per line in label order, or \"folder name\""
              + " pairs (default: classnames.txt next to the data).")
  private @Nullable Path classNames;

  @Option(
      names = "--test-data",
      paramLabel = "DIR",
      description =
          "Read test images from these class folders. --data then contains the training images.")
  private @Nullable Path testData;

  @Option(
      names = "--val-data",
      paramLabel = "DIR",
      description = "Read validation images from these class folders. Requires --test-data.")
  private @Nullable Path valData;

  @Option(
      names = "--split-seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Set the seed that divides images without a given split into 50 %% train, 20 %%"
              + " validation and 30 %% test (default: ${DEFAULT-VALUE}).")
  private long splitSeed = 1;

  @Option(
      names = "--allow-outside",
      description =
          "Let a manifest or split file name images outside its folder, by an absolute path or"
              + " \"..\".")
  private boolean allowOutside;

  @Option(
      names = "--strict",
      description = "Fail if two class names are identical after normalization.")
  private boolean strict;

  /**
   * Opens a data set by path or by name.
   *
   * @param data {@code embedded:NAME} or a path; with {@code --root}, the name of a published data
   *     set or a path relative to the root
   */
  public DataSet open(String data, Output output) {
    return open(data, options(output));
  }

  /**
   * Returns the published data set of that name if it is not complete below {@code --root}, or if
   * there is no {@code --root}.
   */
  public Optional<PublishedDataSet> missing(String data) {
    return PublishedDataSets.find(data)
        .filter(
            set ->
                root == null
                    ? !Files.exists(Path.of(data))
                    : !set.missing(root.resolve(set.directory())).isEmpty());
  }

  /** Returns the folder of data sets that have a name, {@code data} if it is not given. */
  public Path rootOrDefault() {
    return root == null ? Path.of("data") : root;
  }

  /**
   * Opens a data set like {@link #open}. If the data set has no given split, all images become
   * training images.
   */
  public DataSet openUndivided(String data, Output output) {
    return open(data, options(output).undivided());
  }

  private DataSet open(String data, DataSetOptions options) {
    if (testData != null || valData != null) {
      return openParts(data, options);
    }
    if (isEmbedded(data)) {
      return EmbeddedDataSets.open(data.substring(EMBEDDED.length()), options);
    }
    Optional<PublishedDataSet> published = PublishedDataSets.find(data);
    Path path = root == null ? Path.of(data) : root.resolve(data);
    if (published.isEmpty()) {
      return DataSets.open(path, options);
    }
    if (Files.exists(path) && (root == null || !path.endsWith(published.get().directory()))) {
      return DataSets.open(path, options); // a user's folder of the same name
    }
    if (root == null) {
      throw KgCoopException.configuration(
          "%s: there is no such path; to open %s by its name, give --root, the folder with %s/"
              .formatted(data, published.get().name(), published.get().directory()));
    }
    return DataSets.openPublished(root, data, options);
  }

  /**
   * Returns the folder of images that belong to no class, if {@code predict} sorted the images of
   * the data set.
   */
  public Optional<Path> noClass(String data) {
    if (isEmbedded(data)) {
      return Optional.empty();
    }
    Path path = root == null ? Path.of(data) : root.resolve(data);
    return Files.exists(path) ? DataSets.noClass(path) : Optional.empty();
  }

  private DataSet openParts(String data, DataSetOptions options) {
    if (testData == null || isEmbedded(data)) {
      throw KgCoopException.configuration(
          "--val-data and --test-data: expected a folder of training images and --test-data, got "
              + data);
    }
    return DataSets.open(Path.of(data), valData, testData, options);
  }

  /**
   * Returns true if a text can only mean a data set, even if a file or folder has the same name.
   */
  public boolean isDataSet(String data) {
    return root != null || isEmbedded(data) || PublishedDataSets.find(data).isPresent();
  }

  public static boolean isEmbedded(String data) {
    return data.startsWith(EMBEDDED);
  }

  /** Returns the {@code --data} value of an embedded data set. */
  public static String embedded(String name) {
    return EMBEDDED + name;
  }

  private DataSetOptions options(Output output) {
    return DataSetOptions.defaults(output::warn)
        .withNotes(output::info)
        .withImages(images)
        .withClassNames(classNames)
        .withTemplate(template)
        .withSplitSeed(splitSeed)
        .withStrict(strict)
        .withAllowOutside(allowOutside);
  }
}
