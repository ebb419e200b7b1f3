package org.kgcoop.cli.classify;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Flushable;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Tag;
import org.kgcoop.api.TagPromise;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.Output.Format;
import org.kgcoop.cli.embed.ImageFeatures;
import org.kgcoop.cli.options.UnreadableImages;
import org.kgcoop.cli.options.UnreadableImages.Skipped;
import org.kgcoop.cli.sorting.SortingOptions;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.formats.TableFormat;

/** The tags of image files, and how they are written. */
final class TagPredictions {
  private static final String NO_TAG = "no tag";
  private static final String NOT_WRITTEN = "not written";

  private final Classifier classifier;
  private final TagFile file;
  private final boolean all;
  private final boolean toFile;
  private final UnreadableImages skipped;
  private final SortingOptions sorting;
  private final Output output;

  /**
   * Prepares the output.
   *
   * @param all true to show also the tags that an image does not get
   * @param toFile true if a file is written, which is complete or not written at all
   */
  TagPredictions(
      Classifier classifier,
      TagFile file,
      boolean all,
      boolean toFile,
      UnreadableImages skipped,
      SortingOptions sorting,
      Output output) {
    this.classifier = classifier;
    this.file = file;
    this.all = all;
    this.toFile = toFile;
    this.skipped = skipped;
    this.sorting = sorting;
    this.output = output;
  }

  /**
   * An image in JSON.
   *
   * @param tags those that it gets; with {@code --all-tags}, all
   */
  private record Image(String image, List<Tag> tags) {}

  /**
   * The output in JSON.
   *
   * @param tags what is known about each tag of the classifier
   * @param skipped the unreadable images
   */
  private record Result(List<Image> images, List<TagPromise> tags, List<Skipped> skipped) {}

  /** Receives the tags of an image. */
  @FunctionalInterface
  private interface Form {
    void take(String image, List<Tag> tags) throws IOException;

    /** Receives the reason why an image could not be read. */
    default void problem(Skipped image) throws IOException {}
  }

  /** One JSON object per image. */
  private record JsonLines(Writer to) implements Form {
    @Override
    public void take(String image, List<Tag> tags) throws IOException {
      write(new Image(image, tags));
    }

    @Override
    public void problem(Skipped image) throws IOException {
      write(image);
    }

    private void write(Object line) throws IOException {
      to.write(Output.text(line, false) + "\n");
    }
  }

  /** Writes the tags of all images to a file, or to standard output if it is null. */
  void write(ImageFeatures features, List<Path> files, @Nullable Path out) throws IOException {
    sorting.begin(
        file.tags().stream().map(tag -> List.of(tag.name())).toList(),
        features::isInterrupted,
        output);
    if (out == null) {
      print(features, files, output.out());
      return;
    }
    Path target = AtomicFile.destination(out);
    if (output.format() == Format.PARQUET) {
      TableFormat.of("parquet")
          .write(target, columns(), rows -> each(features, files, table(rows), () -> {}));
    } else {
      AtomicFile.write(
          target, stream -> print(features, files, new OutputStreamWriter(stream, UTF_8)));
    }
    output.info("written: " + out);
  }

  private List<TableFormat.Column> columns() {
    List<TableFormat.Column> columns =
        new ArrayList<>(
            List.of(
                new TableFormat.Column("image", TableFormat.Type.TEXT),
                new TableFormat.Column("tag", TableFormat.Type.TEXT),
                new TableFormat.Column("score", TableFormat.Type.FLOAT)));
    if (all) {
      columns.add(new TableFormat.Column("written", TableFormat.Type.BOOLEAN));
    }
    return columns;
  }

  private void print(ImageFeatures features, List<Path> files, Writer to) throws IOException {
    switch (output.format()) {
      case CSV ->
          each(features, files, table(AnswerForm.Table.csv(to, !toFile, columns()).rows()), to);
      case JSONL -> each(features, files, new JsonLines(to), to);
      case JSON -> {
        List<Image> images = new ArrayList<>();
        each(features, files, (image, tags) -> images.add(new Image(image, tags)), to);
        Result result = new Result(images, classifier.tagPromises(), skipped.skipped());
        to.write(Output.text(result, true) + "\n");
      }
      default -> each(features, files, lines(to), to);
    }
    to.flush();
  }

  /** Returns a form with one row per tag, and one for an image without a tag. */
  private Form table(TableFormat.Receiver rows) {
    return (image, tags) -> {
      if (tags.isEmpty()) {
        rows.take(
            Arrays.asList(
                all ? new Object[] {image, null, null, null} : new Object[] {image, null, null}));
      }
      for (Tag tag : tags) {
        rows.take(
            all
                ? List.of(image, tag.name(), tag.score(), tag.written())
                : List.of(image, tag.name(), tag.score()));
      }
    };
  }

  private static Form lines(Writer to) {
    return (image, tags) -> {
      String name = Messages.line(image);
      if (tags.isEmpty()) {
        to.write(name + "\t" + NO_TAG + System.lineSeparator());
      }
      for (Tag tag : tags) {
        String end = tag.written() ? "" : "\t" + NOT_WRITTEN;
        to.write(
            "%s\t%s\t%s%s%n".formatted(name, Messages.line(tag.name()), rounded(tag.score()), end));
      }
    };
  }

  /** Returns a score with two decimals; a small negative one is 0.00. */
  static String rounded(float score) {
    return String.format(Locale.ROOT, "%.2f", Math.round(100.0 * score) / 100.0);
  }

  /** Passes the tags of each image to a form, and to the writer of keywords. */
  private void each(ImageFeatures features, List<Path> files, Form form, Flushable to)
      throws IOException {
    features.groups(
        files,
        (image, problem) -> {
          if (toFile || sorting.isGiven()) {
            skipped.add(image, problem, output);
          } else {
            skipped.passOver(image, problem, output);
          }
        },
        group -> {
          float[][] found =
              group.stream()
                  .map(ImageFeatures.Image::feature)
                  .filter(Objects::nonNull)
                  .toArray(float[][]::new);
          Iterator<List<Tag>> answers = classifier.tagsOfFeatures(found).iterator();
          for (ImageFeatures.Image image : group) {
            if (image.problem() == null) {
              take(image.file(), answers.next(), form);
            } else {
              String reason = String.valueOf(image.problem().getMessage());
              form.problem(new Skipped(image.file().toString(), reason));
            }
          }
          to.flush();
        });
  }

  private void take(Path image, List<Tag> tags, Form form) throws IOException {
    form.take(image.toString(), all ? tags : tags.stream().filter(Tag::written).toList());
    sorting.addAll(
        image, IntStream.range(0, tags.size()).filter(k -> tags.get(k).written()).boxed().toList());
  }
}
