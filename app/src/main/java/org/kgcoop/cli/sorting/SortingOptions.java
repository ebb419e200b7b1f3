package org.kgcoop.cli.sorting;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.Rare;
import picocli.CommandLine.Option;

/** The options for the image files: sorting into class folders, and keywords. */
public final class SortingOptions {
  @Option(
      names = "--sort-into",
      paramLabel = "DIR",
      description = "Put the images into DIR/CLASS, at the end. DIR must be new or empty.")
  private @Nullable Path folder;

  @Option(
      names = "--sort-by",
      paramLabel = "WAY",
      description = "Choose copy, link or move (default: copy).")
  private @Nullable String way;

  @Option(
      names = "--keywords",
      description =
          "Write the class of each image as a keyword. Photo programs show it. It is in the XMP"
              + " sidecar IMAGE.xmp, next to the image or its sorted copy. Other keywords stay, and"
              + " images do not change. A sidecar that cannot be changed gives exit code 6.")
  private boolean keywords;

  @Rare
  @Option(
      names = "--keywords-except",
      paramLabel = "CLASS",
      split = ",",
      description = "Write no keyword for these classes.")
  private List<String> except = List.of();

  private List<String> names = List.of();
  private @Nullable ImageSorter sorter;
  private volatile @Nullable KeywordWriter writer;

  /** Returns the folder that images are sorted into, or null. */
  public @Nullable Path folder() {
    return folder;
  }

  /** Returns true if images are sorted or get keywords. */
  public boolean isGiven() {
    return folder != null || keywords;
  }

  /** Returns what will happen to the images at the end, as a sentence. */
  public String announcement() {
    String written = keywords ? " The class of each image becomes a keyword." : "";
    if (folder == null) {
      return "Your images stay as they are."
          + (keywords ? written : " To sort them into folders, start with --sort-into DIR.");
    }
    String kept =
        switch (way()) {
          case COPY -> "Each image is copied";
          case LINK -> "Each image is linked";
          case MOVE -> "Each image is moved";
        };
    return "%s into a folder of its class in %s.%s"
        .formatted(kept, folder, written)
        .concat(" This happens with “Write and close”.");
  }

  /** Rejects invalid options before a model is loaded. */
  public void check() {
    ImageSorter.Way unused = way();
    if (folder == null && way != null) {
      throw KgCoopException.configuration("--sort-by goes with --sort-into DIR");
    }
    if (!except.isEmpty() && !keywords) {
      throw KgCoopException.configuration("--keywords-except goes with --keywords");
    }
    if (folder != null) {
      ImageSorter.check(folder);
    }
  }

  /** Rejects names of {@code --keywords-except} that are no answers. */
  public void checkNames(Collection<String> answers) {
    for (String each : except) {
      if (!answers.contains(each)) {
        throw KgCoopException.configuration(
            "--keywords-except %s: not a class%s".formatted(each, Nearest.hint(each, answers)));
      }
    }
  }

  private ImageSorter.Way way() {
    return ImageSorter.Way.of(way == null ? "copy" : way);
  }

  /**
   * Begins to collect images.
   *
   * @param levels the levels of each answer, the largest group first and its name last
   * @param interrupted true if work should stop
   */
  public void begin(List<List<String>> levels, BooleanSupplier interrupted, Output output) {
    names = levels.stream().map(each -> each.get(each.size() - 1)).toList();
    for (String each : except) {
      if (!names.contains(each)) { // a class of a session may have another name now
        output.warn("--keywords-except %s: not a class".formatted(each));
      }
    }
    writer = keywords ? new KeywordWriter(levels, Set.copyOf(except), interrupted, output) : null;
    sorter = folder == null ? null : new ImageSorter(folder, way(), interrupted);
  }

  /** Adds an image; the index of its answer is -1 for none. */
  public void add(Path image, int index) {
    if (sorter != null) {
      sorter.add(image, index);
    } else {
      addAll(image, index < 0 ? List.of() : List.of(index));
    }
  }

  /** Adds an image that can have several answers, which become keywords. */
  public void addAll(Path image, List<Integer> indexes) {
    if (writer != null) {
      writer.add(image, indexes);
    }
  }

  /**
   * Sorts the images and writes their keywords.
   *
   * @param none the name of the folder for images of no class
   * @param method the method of the classifier
   * @param fingerprint the fingerprint of the classifier, or null for a zero-shot classifier
   * @param clip the fingerprint of the CLIP
   * @return one line about each
   */
  public List<String> end(String none, String method, @Nullable String fingerprint, String clip) {
    List<String> lines = new ArrayList<>();
    KeywordWriter keywordWriter = writer;
    if (sorter != null) {
      sorter.setKeywords(keywordWriter);
      List<String> all = new ArrayList<>(names);
      all.add(none);
      lines.add(sorter.arrange(all, method, fingerprint, clip));
    } else if (keywordWriter != null) {
      keywordWriter.writeAll();
    }
    if (keywordWriter != null) {
      lines.add(keywordWriter.summary());
    }
    return lines;
  }

  /**
   * Returns the exit code of a command.
   *
   * @param otherwise the exit code if all sidecars could be changed
   */
  public int exitCode(int otherwise) {
    KeywordWriter keywordWriter = writer;
    return keywordWriter == null || keywordWriter.left() == 0 || otherwise != 0
        ? otherwise
        : KgCoopException.Category.SKIPPED.exitCode();
  }
}
