package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.layout.TagLabels;
import org.kgcoop.data.layout.TagSet;
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
          "Set the folder of data sets that have a name. The names are those of the published data"
              + " sets, such as oxford_pets. The command download --list prints them.")
  private @Nullable Path root;

  @Rare
  @Option(
      names = "--images",
      paramLabel = "DIR",
      description = "Set the folder of the images of a split file (default: next to the file).")
  private @Nullable Path images;

  @Rare
  @Option(
      names = "--labels-from",
      paramLabel = "keywords",
      description =
          "Take the classes from keywords, as photo programs write them: keywords. The images are"
              + " below one folder. An image with no keyword of a class, or several, is left out.")
  private @Nullable String labelsFrom;

  @Rare
  @Option(
      names = "--classes",
      paramLabel = "LIST",
      description = "Set the keywords that are classes, comma separated (default: all keywords).")
  private @Nullable String classes;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Set the prompt, with {} for the class name. It is a hand-crafted prompt"
              + " (default: template.txt next to the data, or \"a photo of a {}.\").")
  private @Nullable String template;

  @Rare
  @Option(
      names = "--allow-outside",
      description = "Let a manifest or split file name images outside its folder.")
  private boolean allowOutside;

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
   * Opens a data set like {@link #open}, with validation and test images from other folders.
   *
   * @param val null for no validation images
   * @param test null for the test images of the data set
   */
  public DataSet open(String data, @Nullable Path val, @Nullable Path test, Output output) {
    if (val == null && test == null) {
      return open(data, output);
    }
    if (test == null || isEmbedded(data)) {
      throw KgCoopException.configuration(
          "--val-data and --test-data: expected a folder of training images and --test-data, got "
              + data);
    }
    return DataSets.open(Path.of(data), val, test, options(output));
  }

  /** Returns true if the classes are keywords. */
  public boolean areKeywords() {
    return labelsFrom != null;
  }

  /** Rejects another value of {@code --labels-from}. */
  public static void checkKeywords(@Nullable String labelsFrom) {
    if (labelsFrom != null && !labelsFrom.equals("keywords")) {
      throw KgCoopException.configuration(
          "--labels-from " + labelsFrom + ": expected keywords, such as --labels-from keywords");
    }
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

  /**
   * Opens a folder of images with tags.
   *
   * @param file the CSV file with the tags; null for keywords
   * @param complete true if a missing row of the file means that the image does not have the tag
   */
  public TagSet openTags(String data, @Nullable Path file, boolean complete, Output output) {
    checkKeywords(labelsFrom);
    Path folder = root == null ? Path.of(data) : root.resolve(data);
    if (file != null) {
      if (classes != null) {
        throw KgCoopException.configuration("--classes goes with --labels-from keywords");
      }
      return TagLabels.ofFile(folder, file, complete, options(output));
    }
    List<String> chosen = classes == null ? List.of() : Parse.list("--classes", classes);
    return TagLabels.ofKeywords(folder, chosen, options(output));
  }

  private DataSet open(String data, DataSetOptions options) {
    Path path = root == null ? Path.of(data) : root.resolve(data);
    if (labelsFrom != null) {
      checkKeywords(labelsFrom);
      List<String> chosen = classes == null ? List.of() : Parse.list("--classes", classes);
      return DataSets.openKeywords(path, chosen, options);
    }
    if (classes != null) {
      throw KgCoopException.configuration("--classes goes with --labels-from keywords");
    }
    if (isEmbedded(data)) {
      return EmbeddedDataSets.open(data.substring(EMBEDDED.length()), options);
    }
    Optional<PublishedDataSet> published = PublishedDataSets.find(data);
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
    return DataSets.openPublished(root, published.get(), options);
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
        .withTemplate(template)
        .withAllowOutside(allowOutside);
  }
}
