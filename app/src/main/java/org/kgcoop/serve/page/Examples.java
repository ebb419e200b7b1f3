package org.kgcoop.serve.page;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.kgcoop.EmbeddedFiles;

/**
 * Pictures for those who have none at hand: a few test pictures of the embedded data sets, from the
 * class path into memory. None where the program has no data sets.
 */
final class Examples {
  private static final String CREDITS = "CREDITS.tsv";

  /**
   * Which picture.
   *
   * @param set the embedded data set
   * @param file its place in it, such as {@code test/wifi/bi-wifi.png}
   * @param model the model to ask about it, where there is one of that name
   * @param names classes to ask about, where there is none
   */
  private record Choice(String set, String file, String model, List<String> names) {}

  /**
   * A picture.
   *
   * @param title its class
   * @param credit who drew it, under which licence
   * @param model as chosen
   * @param names as chosen
   * @param png the file
   */
  @SuppressWarnings("ArrayRecordComponent") // examples are never compared
  record Example(String title, String credit, String model, List<String> names, byte[] png) {}

  private Examples() {}

  /** All of them, in the order of the list. */
  static List<Example> load() {
    try (InputStream list = Examples.class.getResourceAsStream("examples.json")) {
      List<Choice> choices = new ObjectMapper().readValue(list, new TypeReference<>() {});
      Map<String, Map<String, byte[]>> sets = new HashMap<>();
      List<Example> examples = new ArrayList<>();
      for (Choice choice : choices) {
        Map<String, byte[]> files = sets.computeIfAbsent(choice.set, set -> files(set, choices));
        if (!files.isEmpty()) {
          examples.add(example(choice, files));
        }
      }
      return List.copyOf(examples);
    } catch (IOException e) {
      throw new UncheckedIOException("the list of examples is damaged", e);
    }
  }

  /**
   * The files of a data set that are wanted of it, and its credits; nothing where it is not there.
   */
  private static Map<String, byte[]> files(String set, List<Choice> choices) {
    Set<String> wanted =
        choices.stream()
            .filter(c -> c.set.equals(set))
            .map(Choice::file)
            .collect(Collectors.toSet());
    Map<String, byte[]> files = new HashMap<>();
    try (InputStream in = EmbeddedFiles.open("datasets/" + set + ".zip")) {
      if (in == null) {
        return files;
      }
      ZipInputStream zip = new ZipInputStream(in);
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (wanted.contains(entry.getName()) || entry.getName().equals(CREDITS)) {
          files.put(entry.getName(), zip.readAllBytes());
        }
      }
      return files;
    } catch (IOException e) {
      throw new UncheckedIOException("the embedded data set " + set + " is damaged", e);
    }
  }

  private static Example example(Choice choice, Map<String, byte[]> files) {
    String[] path = choice.file.split("/", -1);
    byte[] png = files.get(choice.file);
    if (png == null) {
      throw new IllegalStateException(choice.file + " is not in embedded:" + choice.set);
    }
    return new Example(
        path[1].replace('_', ' '),
        credit(
            path[2],
            new String(Objects.requireNonNull(files.get(CREDITS)), StandardCharsets.UTF_8)),
        choice.model,
        choice.names,
        png);
  }

  /** Lines are "Name (prefix), author, url, licence ..." with tabs; files begin with the prefix. */
  private static String credit(String file, String credits) {
    return credits
        .lines()
        .skip(1)
        .map(line -> line.split("\t", -1))
        .filter(line -> file.startsWith(prefix(line[0])))
        .max(Comparator.comparingInt(line -> prefix(line[0]).length()))
        .map(line -> "from %s by %s, %s".formatted(name(line[0]), line[1], line[3]))
        .orElseThrow(() -> new IllegalStateException(file + " is credited to nobody"));
  }

  private static String prefix(String set) {
    return set.substring(set.lastIndexOf('(') + 1, set.lastIndexOf(')')) + "-";
  }

  private static String name(String set) {
    return set.substring(0, set.lastIndexOf('(')).strip();
  }
}
