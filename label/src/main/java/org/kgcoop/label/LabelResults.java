package org.kgcoop.label;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.Folders;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.AdaptRecord.Labels;
import org.kgcoop.runs.LabelJournal;
import org.kgcoop.trial.ExperimentContext;

/** Writes the results of a session: the list of labels, the journal, and a classifier. */
final class LabelResults {
  static final String LIST = "labels.csv";
  private static final String TRAINING = ".training";

  private static final int COMPARED = 2_000;

  private final Path folder;
  private final Path session;
  private final Path out;
  private final List<String> classes;
  private final List<LabeledImage> results;
  private final List<LabelExample> examples;

  /**
   * Creates a writer.
   *
   * @param folder the folder of the images
   * @param session the folder of the session
   * @param out the folder of the session, an empty folder, or one with earlier results of the
   *     session
   */
  LabelResults(
      Path folder,
      Path session,
      Path out,
      List<String> classes,
      List<LabeledImage> results,
      List<LabelExample> examples) {
    this.folder = folder;
    this.session = session;
    this.out = out;
    this.classes = classes;
    this.results = results;
    this.examples = examples;
  }

  /**
   * Writes the list, and a classifier if the labels suffice.
   *
   * @param features returns the features of images, (B, D)
   * @param seed chooses the images that the classifier classifies, too
   */
  Written write(
      ExperimentContext context,
      double minutes,
      Function<List<LabeledImage>, float[][]> features,
      long seed,
      Consumer<String> progress) {
    progress.accept("writing labels.csv");
    Path labels = writeList();
    progress.accept("training a classifier");
    try {
      Path classifier = train(context, minutes);
      progress.accept("comparing the classifier with labels.csv");
      List<Boolean> agrees = agreement(classifier, context.clip(), features, seed);
      return new Written(
          results,
          labels,
          Optional.of(classifier),
          "",
          agrees.size(),
          (int) agrees.stream().filter(each -> each).count());
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.DATA
          && e.category() != KgCoopException.Category.CONFIGURATION) {
        throw e;
      }
      return new Written(results, labels, Optional.empty(), String.valueOf(e.getMessage()), 0, 0);
    }
  }

  /** Returns for images that the person did not label whether a classifier gives the same class. */
  private List<Boolean> agreement(
      Path file, Clip clip, Function<List<LabeledImage>, float[][]> features, long seed) {
    try (Classifier classifier = Classifier.load(file, clip)) {
      if (classifier.hasOwnEncoder()) {
        return List.of();
      }
      List<LabeledImage> others = new ArrayList<>(results);
      others.removeIf(each -> each.source() != LabeledImage.Source.HEAD);
      List<LabeledImage> some =
          new PythonRandom(seed).sample(others, Math.min(COMPARED, others.size()));
      List<Classification> given = classifier.ofFeatures(features.apply(some));
      return IntStream.range(0, some.size())
          .mapToObj(
              i -> {
                Classification own = given.get(i);
                String name = own.isAccepted() ? own.best().className() : Labeling.NONE;
                return some.get(i).name().equals(name);
              })
          .toList();
    }
  }

  /** Writes the class of every image, and copies the journal. */
  private Path writeList() {
    Path journal = session.resolve(LabelJournal.FILE);
    Path copy = out.resolve(LabelJournal.FILE);
    if (!isSession()) {
      checkFree(copy);
      Folders.create(out, "for the results", "choose another folder");
      AtomicFile.write(copy, to -> Files.copy(journal, to));
    }
    Path list = out.resolve(LIST);
    AtomicFile.write(list, this::csv);
    return list;
  }

  private boolean isSession() {
    return out.toAbsolutePath().normalize().equals(session.toAbsolutePath().normalize());
  }

  private void checkFree(Path copy) {
    boolean isFree = !Files.exists(out) || (Files.isDirectory(out) && Folders.files(out).isEmpty());
    if (!isFree && !Files.isRegularFile(copy)) {
      throw KgCoopException.configuration(
          out + ": expected an empty folder, or one with earlier results; choose another folder");
    }
  }

  private void csv(OutputStream to) throws IOException {
    try (CsvWriter writer =
        CsvWriter.builder().build(new OutputStreamWriter(to, StandardCharsets.UTF_8))) {
      writer.writeRecord("image", "class", "source", "probability");
      for (LabeledImage each : results) {
        writer.writeRecord(
            each.key(),
            each.name(),
            each.source().name().toLowerCase(Locale.ROOT),
            String.format(Locale.ROOT, "%.4f", each.probability()));
      }
    }
  }

  /**
   * Trains with the labels of the person, as {@code adapt} does, in a folder of its own.
   *
   * @param minutes the time limit
   * @throws KgCoopException if the labels do not suffice
   */
  private Path train(ExperimentContext context, double minutes) {
    Path training = out.resolve(TRAINING);
    try {
      Set<String> audit = new LinkedHashSet<>();
      List<Path> none = new ArrayList<>();
      for (LabeledImage each : results) {
        if (each.source() == LabeledImage.Source.AUDIT && !each.name().isEmpty()) {
          audit.add(each.key());
        }
        if (each.source() != LabeledImage.Source.HEAD && each.name().isEmpty()) {
          none.add(folder.resolve(each.image()));
        }
      }
      String journal = session.resolve(LabelJournal.FILE).toString();
      AdaptRequest request =
          new AdaptRequest(data(), List.of(), FewShot.ALL, minutes, 1)
              .with(true, none)
              .with(
                  new LabelSource(
                      new Labels(Labels.Origin.CHOSEN, journal, audit.size(), 0), audit));
      FolderTree.remove(training);
      AdaptationRun.run(context, request, training);
      publish(training);
    } catch (KgCoopException e) {
      FolderTree.remove(training);
      throw e;
    }
    return out.resolve("classifier.safetensors");
  }

  /** Returns the images that the person labeled, and the examples. */
  private DataSet data() {
    Set<String> used = new LinkedHashSet<>();
    results.stream()
        .filter(each -> each.source() != LabeledImage.Source.HEAD)
        .forEach(each -> used.add(each.name()));
    examples.forEach(each -> used.add(each.name()));
    List<String> names = classes.stream().filter(used::contains).toList();
    if (names.size() < 2) {
      throw KgCoopException.configuration(
          "images of at least two classes are needed, and you labeled images of " + names.size());
    }
    List<Item> items = new ArrayList<>();
    for (LabeledImage each : results) {
      int label = names.indexOf(each.name());
      if (each.source() != LabeledImage.Source.HEAD && label >= 0) {
        items.add(new Item(each.key(), folder.resolve(each.image()), label, each.name()));
      }
    }
    for (LabelExample each : examples) {
      int label = names.indexOf(each.name());
      if (label >= 0) {
        items.add(new Item(each.key(), each.file(), label, each.name()));
      }
    }
    return new DataSet(Folders.name(folder), names, items, List.of(), List.of(), null);
  }

  /** Replaces the files of an earlier training. */
  private void publish(Path training) {
    try (Stream<Path> files = Files.list(training)) {
      for (Path file : files.toList()) {
        Path to = out.resolve(Folders.name(file));
        if (Files.isDirectory(to)) {
          FolderTree.delete(to);
        }
        Files.move(file, to, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw KgCoopException.io(out + ": cannot be written: " + FileErrors.reason(e), e);
    }
    FolderTree.remove(training);
  }
}
