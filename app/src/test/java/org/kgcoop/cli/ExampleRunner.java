package org.kgcoop.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.UserFolders;

/**
 * A program that runs command lines in its working folder, one after the other, in one JVM. A test
 * cannot change its own working folder, and the examples of the documents have relative paths.
 */
final class ExampleRunner {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** A command that the output suggests, such as {@code next: ./kgcoop serve runs/photos}. */
  private static final Pattern SUGGESTED =
      Pattern.compile("(?m)^ *(?:[\\w ]+: )?\\./kgcoop ([^'\\n]+)$");

  private ExampleRunner() {}

  /**
   * Runs the commands of a file. The commands of a page find the content of the template and what
   * the commands before them made. Commands that have a result are not run again.
   *
   * @param arguments the template; a JSON file with a list of {@code {"page": ..., "words":
   *     [...]}}; the folder for the results, {@code 0.json} and so on
   */
  public static void main(String[] arguments) throws IOException {
    Path template = Path.of(arguments[0]);
    Path results = Path.of(arguments[2]);
    JsonNode requests = JSON.readTree(Path.of(arguments[1]).toFile());
    String page = "";
    Map<Path, String> given = Map.of();
    for (int i = 0; i < requests.size(); i++) {
      JsonNode request = requests.get(i);
      if (Files.exists(results.resolve(i + ".json"))) {
        page = request.get("page").asText(); // the working folder is that of its end
        continue;
      }
      if (!request.get("page").asText().equals(page)) {
        page = request.get("page").asText();
        restore(template);
        deleteOutputs(requests, page);
        given = states();
      }
      ObjectNode ended = run(request);
      Map<Path, String> now = states();
      given.forEach(
          (file, state) -> {
            if (!state.equals(now.get(file))) {
              ended.withArray("changed").add(file.toString());
            }
          });
      byte[] result = JSON.writeValueAsBytes(ended);
      AtomicFile.write(results.resolve(i + ".json"), out -> out.write(result));
    }
  }

  private static ObjectNode run(JsonNode request) throws IOException {
    List<String> words = new ArrayList<>();
    for (JsonNode word : request.get("words")) {
      words.addAll(expanded(word.asText()));
    }
    long start = System.nanoTime();
    Cli.Result result = Cli.run(words.toArray());
    ObjectNode json =
        JSON.createObjectNode()
            .put("exitCode", result.exitCode())
            .put("out", result.out())
            .put("err", result.err())
            .put("seconds", (System.nanoTime() - start) / 1e9);
    SUGGESTED
        .matcher(result.out() + "\n" + result.err())
        .results()
        .forEach(found -> json.withArray("suggested").add(found.group(1)));
    return json;
  }

  /** Returns the size and time of each file that a user gave, and not a run or a cache. */
  private static Map<Path, String> states() throws IOException {
    Map<Path, String> states = new TreeMap<>();
    try (Stream<Path> files = Files.walk(Path.of(""))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        if (!file.startsWith("runs") && !file.startsWith("home")) {
          states.put(file, Files.size(file) + " " + Files.getLastModifiedTime(file));
        }
      }
    }
    return states;
  }

  /** Expands a word as a shell does: {@code ~/}, and {@code *} in the last name of a path. */
  private static List<String> expanded(String word) throws IOException {
    if (word.startsWith("~/")) {
      return List.of(UserFolders.ofThisProcess().home() + word.substring(1));
    }
    Path path = Path.of(word.replace('*', 'x'));
    if (!word.endsWith("*") || path.getParent() == null || !Files.isDirectory(path.getParent())) {
      return List.of(word);
    }
    String last = word.substring(word.lastIndexOf('/') + 1);
    try (DirectoryStream<Path> found = Files.newDirectoryStream(path.getParent(), last)) {
      List<String> names = new ArrayList<>();
      found.forEach(file -> names.add(file.toString()));
      return names.stream().sorted().toList();
    }
  }

  /** Deletes the runs of the template that the commands of a page write themselves. */
  private static void deleteOutputs(JsonNode requests, String page) throws IOException {
    for (JsonNode request : requests) {
      JsonNode words = request.get("words");
      for (int i = 1; i < words.size(); i++) {
        Path out = Path.of(words.get(i).asText());
        if (request.get("page").asText().equals(page)
            && words.get(i - 1).asText().equals("--out")
            && Files.exists(out)) {
          delete(out);
        }
      }
    }
  }

  private static void restore(Path template) throws IOException {
    try (Stream<Path> here = Files.list(Path.of(""))) {
      for (Path file : here.toList()) {
        delete(file);
      }
    }
    copy(template, Path.of(""));
  }

  private static void delete(Path path) throws IOException {
    try (Stream<Path> below = Files.walk(path)) {
      for (Path file : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  /** Copies a file, or what a folder contains. */
  static void copy(Path from, Path to) {
    try (Stream<Path> files = Files.walk(from)) {
      Files.createDirectories(to.toAbsolutePath().getParent());
      for (Path file : files.toList()) {
        Path copy = file.equals(from) ? to : to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(copy);
        } else {
          Files.copy(file, copy);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
