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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.journal.LabelJournal;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.runs.AdaptRecord.Labels;
import org.kgcoop.trial.ExperimentContext;

/**
 * Writes the results of a session: the list of labels, the journal, and a classifier.
 *
 * @param folder the folder of the images
 * @param session the folder of the session
 * @param out the folder of the session, an empty folder, or one with earlier results of the session
 */
record LabelResults(
    Path folder,
    Path session,
    Path out,
    List<String> classes,
    List<LabeledImage> results,
    List<LabelExample> examples) {
  private static final String LIST = "labels.csv";
  private static final String TRAINING = ".training";

  private static final int COMPARED = 2_000;

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
      List<LabeledImage> others = results.stream().filter(each -> !isLabeled(each)).toList();
      List<LabeledImage> some =
          new PythonRandom(seed).sample(others, Math.min(COMPARED, others.size()));
      List<String> names =
          classifier.ofFeatures(features.apply(some)).stream()
              .map(given -> given.isAccepted() ? given.best().className() : Labeling.NONE)
              .toList();
      return IntStream.range(0, some.size())
          .mapToObj(i -> some.get(i).name().equals(names.get(i)))
          .toList();
    }
  }

  private static boolean isLabeled(LabeledImage image) {
    return image.source() != LabeledImage.Source.HEAD;
  }

  /** Writes the class of every image, and copies the journal. */
  private Path writeList() {
    Path copy = out.resolve(LabelJournal.FILE);
    if (!out.toAbsolutePath().normalize().equals(session.toAbsolutePath().normalize())) {
      checkFree(copy);
      Folders.create(out, "for the results", "choose another folder");
      AtomicFile.write(copy, to -> Files.copy(session.resolve(LabelJournal.FILE), to));
    }
    Path list = out.resolve(LIST);
    AtomicFile.write(list, this::csv);
    return list;
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
        if (isLabeled(each) && each.name().isEmpty()) {
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
      Folders.remove(training);
      AdaptationRun.run(context, request, training);
      publish(training);
    } catch (KgCoopException e) {
      Folders.remove(training);
      throw e;
    }
    return out.resolve("classifier.safetensors");
  }

  /** Returns the images that the person labeled, and the examples. */
  private DataSet data() {
    List<LabeledImage> labeled = results.stream().filter(LabelResults::isLabeled).toList();
    Set<String> used =
        Stream.concat(
                labeled.stream().map(LabeledImage::name), examples.stream().map(LabelExample::name))
            .collect(Collectors.toSet());
    List<String> names = classes.stream().filter(used::contains).toList();
    if (names.size() < 2) {
      throw KgCoopException.configuration(
          "images of at least two classes are needed, and you labeled images of " + names.size());
    }
    Stream<Item> own =
        labeled.stream()
            .filter(each -> names.contains(each.name()))
            .map(each -> item(each.key(), folder.resolve(each.image()), each.name(), names));
    Stream<Item> others =
        examples.stream()
            .filter(each -> names.contains(each.name()))
            .map(each -> item(each.key(), each.file(), each.name(), names));
    List<Item> items = Stream.concat(own, others).toList();
    return new DataSet(Folders.name(folder), names, items, List.of(), List.of(), null);
  }

  private static Item item(String key, Path file, String name, List<String> names) {
    return new Item(key, file, names.indexOf(name), name);
  }

  /** Replaces the files of an earlier training. */
  private void publish(Path training) {
    try (Stream<Path> files = Files.list(training)) {
      for (Path file : files.toList()) {
        Path to = out.resolve(Folders.name(file));
        if (Files.isDirectory(to)) {
          Folders.delete(to);
        }
        Files.move(file, to, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw KgCoopException.io(out + ": cannot be written: " + FileErrors.reason(e), e);
    }
    Folders.remove(training);
  }
}
