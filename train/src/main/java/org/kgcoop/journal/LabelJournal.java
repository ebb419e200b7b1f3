package org.kgcoop.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;

/**
 * The journal of a labeling session: one JSON object per line, in the order of the answers. The
 * program or the person chose most of its images. The images of an audit were drawn at random, so
 * they measure the accuracy on new images.
 *
 * @param file the file of the journal
 * @param audit the paths of the audit images that show a class and measure the accuracy on new
 *     images ({@link #wholeFifths}), relative to the folder of the images; empty after images
 *     joined the folder
 */
public record LabelJournal(Path file, Set<String> audit) {
  /** The name of the file. */
  public static final String FILE = "labels.jsonl";

  private static final int FIFTHS = 5;

  /** The ending of the default folder of a session. */
  public static final String SESSION = ".labels";

  /**
   * Finds and reads the journal of a folder of images: in the folder, in its session folder, or
   * next to it.
   *
   * @throws KgCoopException of the category DATA if a line is not valid
   */
  public static Optional<LabelJournal> find(Path folder) {
    if (!Files.isDirectory(folder)) {
      return Optional.empty();
    }
    Path images = folder.toAbsolutePath().normalize();
    Path parent = Folders.parent(images);
    return Stream.of(images, parent.resolve(Folders.name(images) + SESSION), parent)
        .map(place -> place.resolve(FILE))
        .filter(Files::isRegularFile)
        .filter(LabelJournal::isJournal)
        .findFirst()
        .map(LabelJournal::read);
  }

  /** Returns true if the first line begins a session. Other programs use this file name, too. */
  private static boolean isJournal(Path file) {
    try {
      List<byte[]> lines = lines(Files.readAllBytes(file));
      return !lines.isEmpty()
          && Json.STRICT.readTree(lines.get(0)).path("op").asText().equals("start");
    } catch (JsonProcessingException | CharConversionException e) {
      return false;
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  private static LabelJournal read(Path file) {
    Map<Integer, Map<String, Integer>> steps = new LinkedHashMap<>();
    List<String> drawn = new ArrayList<>();
    int arrivals = 0;
    for (JournalEntry entry : JournalNames.ofToday(entries(file, warning -> {}))) {
      if (entry instanceof JournalEntry.Undo undo) {
        steps.remove(undo.step());
      } else if (entry instanceof JournalEntry.Answer answer) {
        Map<String, Integer> labels = new LinkedHashMap<>(answer.labels());
        if (answer.kind() == Kind.CHECK) {
          labels.values().removeIf(label -> label == JournalEntry.SKIP); // the label stays
        }
        steps.put(answer.step(), labels);
      } else if (entry instanceof JournalEntry.Arrival arrival) {
        arrivals++;
        drawn.addAll(arrival.audit());
      }
    }
    Map<String, Integer> labels = new LinkedHashMap<>();
    steps.values().forEach(labels::putAll);
    if (arrivals > 1) {
      drawn.clear(); // new images may be like those that joined, or like the first ones
    }
    Set<String> audit = new LinkedHashSet<>(wholeFifths(drawn, labels::containsKey));
    audit.removeIf(image -> labels.getOrDefault(image, JournalEntry.SKIP) < 0);
    return new LabelJournal(file, audit); // an image of none of the classes trains nothing
  }

  /**
   * Returns the images that measure the accuracy on new images: whole fifths of the first random
   * draw, in its order, up to the first image without an answer. Images that are answered early
   * because a page passed them are more difficult than others.
   *
   * @param drawn the first draw, in random order
   */
  public static <T> List<T> wholeFifths(List<T> drawn, Predicate<T> isAnswered) {
    int answered = 0;
    while (answered < drawn.size() && isAnswered.test(drawn.get(answered))) {
      answered++;
    }
    int fifth = fifth(drawn.size());
    return drawn.subList(0, answered == drawn.size() ? answered : answered / fifth * fifth);
  }

  /** Returns the number of audit images that are asked together: a fifth of the first draw. */
  public static int fifth(int drawn) {
    return Math.max(1, (drawn + FIFTHS - 1) / FIFTHS);
  }

  /**
   * Returns the entries of a journal. A last line without its end was cut by an interruption, maybe
   * inside a character, and is left out.
   *
   * @param warnings receives a line if the last line was cut
   * @throws KgCoopException of the category DATA if another line is not valid
   */
  public static List<JournalEntry> entries(Path file, Consumer<String> warnings) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
    if (bytes.length > 0 && bytes[bytes.length - 1] != '\n') {
      warnings.accept(file + ": the last line was cut by an interruption; it is left out");
    }
    List<JournalEntry> entries = new ArrayList<>();
    for (byte[] line : lines(bytes)) {
      entries.add(parse(file, entries.size() + 1, line));
    }
    return entries;
  }

  /** Returns the complete lines. */
  private static List<byte[]> lines(byte[] bytes) {
    List<byte[]> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(Arrays.copyOfRange(bytes, start, i));
        start = i + 1;
      }
    }
    return lines;
  }

  private static JournalEntry parse(Path file, int number, byte[] line) {
    try {
      JournalEntry entry = Json.STRICT.readValue(line, JournalEntry.class);
      if (entry != null) {
        return entry;
      }
    } catch (IOException e) {
      // the message below is enough
    }
    throw KgCoopException.data(
        "%s, line %s: expected a JSON object with a known op and valid values; restore the file, or"
                .formatted(file, number)
            + " move it away (adapt then expects --labels chosen)");
  }

  /**
   * Returns the audit images among the images of class folders. An image may have been copied into
   * a folder of its class, so a file name that occurs once in both is enough.
   *
   * @param keys the paths of the images in the data set
   */
  public Set<String> auditAmong(List<String> keys) {
    Map<String, Long> names = byName(keys);
    Map<String, Long> audited = byName(audit);
    return keys.stream()
        .filter(
            key ->
                audit.contains(key)
                    || audit.stream().anyMatch(path -> key.endsWith("/" + path))
                    || (names.getOrDefault(name(key), 0L) == 1
                        && audited.getOrDefault(name(key), 0L) == 1))
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static Map<String, Long> byName(Collection<String> paths) {
    return paths.stream().collect(Collectors.groupingBy(LabelJournal::name, Collectors.counting()));
  }

  private static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
