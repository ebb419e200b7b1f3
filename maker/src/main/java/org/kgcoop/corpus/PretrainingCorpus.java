package org.kgcoop.corpus;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;

/**
 * Writes the folder that {@code kgcoop pretrain} reads: {@code images/} and three lists with
 * captions. {@code manifest.jsonl} contains the training images, {@code validation.jsonl} the
 * images of the zero-shot checks, {@code nouns-test.jsonl} those of the final measurement.
 */
final class PretrainingCorpus {

  /** The minimum number of families for a concept of the training images. */
  private static final int LEARNED_FAMILIES = 3;

  /** The minimum number of families for a concept of the other lists. */
  private static final int ASKED_FAMILIES = 2;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path out;
  private final Consumer<String> progress;

  PretrainingCorpus(Path out, Consumer<String> progress) {
    this.out = out;
    this.progress = progress;
  }

  /**
   * Writes the corpus. The lists are written last, so a folder with lists is complete.
   *
   * @return the sets of the drawings
   */
  Set<String> write(List<Drawing> drawings) {
    List<Drawing> learned = learned(drawings);
    Map<String, Integer> families = Catalogue.families(drawings);
    List<Drawing> unseen =
        drawings.stream()
            .filter(drawing -> drawing.part() != Part.PRETRAINING)
            .filter(drawing -> families.getOrDefault(drawing.concept(), 0) >= ASKED_FAMILIES)
            .toList();
    progress.accept(
        String.format(
            Locale.ROOT,
            "rendering %,d drawings for training and %,d held-out drawings",
            learned.size(),
            unseen.size()));
    List<Gallery.Image> unseenImages = Gallery.render(unseen);
    List<Gallery.Image> images = Gallery.render(learned);
    progress.accept("searching twins");
    List<Gallery.Image> kept = shared(Gallery.withoutTwins(images, unseenImages), LEARNED_FAMILIES);
    progress.accept(
        String.format(
            Locale.ROOT,
            "removed %,d drawings: they had a twin among the held-out drawings, or their concept"
                + " had too few families left",
            images.size() - kept.size()));
    Set<String> nouns = Set.copyOf(Resources.lines("nouns.txt"));
    List<Gallery.Image> test = of(unseenImages, Part.TEST, nouns);
    List<Gallery.Image> validation =
        Gallery.withoutTwins(of(unseenImages, Part.DOWNSTREAM, nouns), test);
    write("manifest.jsonl", kept);
    write("validation.jsonl", validation);
    write("nouns-test.jsonl", test);
    return Stream.of(kept, validation, test)
        .flatMap(List::stream)
        .map(image -> image.drawing().set().prefix())
        .collect(Collectors.toSet());
  }

  private static List<Gallery.Image> of(List<Gallery.Image> images, Part part, Set<String> nouns) {
    return images.stream()
        .filter(image -> image.drawing().part() == part)
        .filter(image -> image.drawing().variant() < Catalogue.VARIANTS)
        .filter(image -> nouns.contains(image.drawing().concept()))
        .toList();
  }

  /**
   * Returns the drawings of concepts that enough families draw. If the caption of a drawing is
   * rare, its most common alias becomes its concept.
   */
  private static List<Drawing> learned(List<Drawing> drawings) {
    List<Drawing> candidates =
        drawings.stream()
            .filter(drawing -> drawing.part() == Part.PRETRAINING)
            .filter(drawing -> drawing.variant() < Catalogue.VARIANTS)
            .toList();
    Map<String, Integer> families = Catalogue.families(candidates);
    Synonyms synonyms = Synonyms.standard();
    List<Drawing> learned = new ArrayList<>();
    for (Drawing drawing : candidates) {
      String best = drawing.concept();
      if (families.getOrDefault(best, 0) < LEARNED_FAMILIES) {
        for (String other : drawing.others()) {
          String concept = synonyms.canonical(other);
          if (families.getOrDefault(concept, 0) > families.getOrDefault(best, 0)) {
            best = concept;
          }
        }
      }
      if (families.getOrDefault(best, 0) >= LEARNED_FAMILIES) {
        learned.add(drawing.withConcept(best));
      }
    }
    return learned;
  }

  /** Returns the images whose concept still has enough families. */
  private static List<Gallery.Image> shared(List<Gallery.Image> images, int least) {
    Map<String, Set<String>> families = new HashMap<>();
    for (Gallery.Image image : images) {
      families
          .computeIfAbsent(image.drawing().concept(), concept -> new LinkedHashSet<>())
          .add(image.drawing().set().family());
    }
    return images.stream()
        .filter(image -> families.getOrDefault(image.drawing().concept(), Set.of()).size() >= least)
        .toList();
  }

  private void write(String list, List<Gallery.Image> images) {
    StringBuilder lines = new StringBuilder();
    Set<String> concepts = new LinkedHashSet<>();
    Set<String> families = new LinkedHashSet<>();
    for (Gallery.Image image : images) {
      Drawing drawing = image.drawing();
      String path = "pictures/" + drawing.set().prefix() + "/" + drawing.icon().name() + ".png";
      save(out.resolve(path), image.bitmap().png());
      lines.append(line(path, drawing)).append('\n');
      concepts.add(drawing.concept());
      families.add(drawing.set().family());
    }
    AtomicFile.write(
        out.resolve(list), to -> to.write(lines.toString().getBytes(StandardCharsets.UTF_8)));
    progress.accept(
        String.format(
            Locale.ROOT,
            "%s: %,d images of %,d concepts by %d families",
            list,
            images.size(),
            concepts.size(),
            families.size()));
  }

  /** Returns the line of an image in a list. */
  static String line(String path, Drawing drawing) {
    ObjectNode line = JSON.createObjectNode();
    line.put("picture", path);
    drawing.captions().forEach(line.putArray("captions")::add);
    line.put("concept", drawing.concept());
    drawing.style().forEach(line.putArray("style")::add);
    drawing.domain().forEach(line.putArray("domain")::add);
    line.put("tint", !drawing.set().color());
    line.put("flip", drawing.flips());
    return line.toString();
  }

  private static void save(Path file, byte[] bytes) {
    try {
      Path folder = file.getParent();
      if (folder != null) {
        Files.createDirectories(folder);
      }
      Files.write(file, bytes);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot write this file: " + e.getMessage(), e);
    }
  }
}
