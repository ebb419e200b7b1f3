package org.kgcoop.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.kgcoop.files.UserFolders;

/** Command lines that a child process runs, one after the other, in a folder of its own. */
final class Examples implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * The end of a command.
   *
   * @param suggested the commands that its output suggests, without the name of the program
   * @param changed the files of the template that this command or one before it changed
   */
  record Result(
      int exitCode,
      String out,
      String err,
      double seconds,
      List<String> suggested,
      List<String> changed) {}

  private final Path scratch;
  private final List<Example> examples;
  private final ProcessBuilder program;
  private final Duration patience;
  private ChildProcess child;

  private Examples(Path scratch, List<Example> examples, ProcessBuilder program, Duration patience)
      throws IOException {
    this.scratch = scratch;
    this.examples = List.copyOf(examples);
    this.program = program;
    this.patience = patience;
    child = run();
  }

  /**
   * Starts the process.
   *
   * @param scratch a new folder, for the working folder, a home folder and results
   * @param template what the working folder contains at the start of each page
   * @param environment further variables of the environment
   * @param classes folders in front of the class path, such as those of other embedded data sets
   */
  static Examples start(
      Path scratch,
      Path template,
      List<Example> examples,
      Map<String, String> environment,
      List<Path> classes)
      throws IOException {
    return start(scratch, template, examples, environment, classes, Duration.ofMinutes(4));
  }

  /**
   * Starts the process.
   *
   * @param patience the time without work after which an example is said to hang
   */
  static Examples start(
      Path scratch,
      Path template,
      List<Example> examples,
      Map<String, String> environment,
      List<Path> classes,
      Duration patience)
      throws IOException {
    ArrayNode requests = JSON.createArrayNode();
    for (Example example : examples) {
      ObjectNode request = requests.addObject().put("page", example.page());
      example.words().forEach(request.putArray("words")::add);
    }
    Path list = Files.createDirectories(scratch).resolve("examples.json");
    JSON.writeValue(list.toFile(), requests);
    Files.createDirectories(scratch.resolve("results"));
    ProcessBuilder program =
        java(
            scratch,
            Files.createDirectories(scratch.resolve("work")),
            classes,
            ExampleRunner.class.getName(),
            List.of(template.toString(), list.toString(), scratch.resolve("results").toString()));
    program.environment().putAll(environment);
    return new Examples(scratch, examples, program, patience);
  }

  private ChildProcess run() throws IOException {
    return ChildProcess.start(program, scratch.resolve("log.txt")).withPatience(patience);
  }

  /**
   * Returns a JVM with a working folder, and with a home folder inside of it. Only the native
   * libraries come from the real home folder.
   *
   * @param scratch the folder for the feature cache
   * @param classes folders in front of the class path
   * @param program the name of a class, or a source file
   */
  static ProcessBuilder java(
      Path scratch, Path folder, List<Path> classes, String program, List<String> words) {
    String cache =
        System.getProperty(
            "org.bytedeco.javacpp.cachedir",
            UserFolders.ofThisProcess().home().resolve(".javacpp/cache").toString());
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "@" + Path.of("../jvm.options").toAbsolutePath().normalize(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                "-cp",
                Stream.concat(
                        classes.stream(),
                        Arrays.stream(
                                System.getProperty("java.class.path").split(File.pathSeparator, -1))
                            .map(Path::of))
                    .map(entry -> entry.toAbsolutePath().toString())
                    .collect(Collectors.joining(File.pathSeparator)),
                program));
    command.addAll(words);
    ProcessBuilder java = new ProcessBuilder(command).directory(folder.toFile());
    java.environment().put("HOME", folder.resolve("home").toString());
    java.environment().put("XDG_CACHE_HOME", scratch.resolve("cache").toString());
    return java;
  }

  /** Returns the working folder. */
  Path folder() {
    return scratch.resolve("work");
  }

  /**
   * Waits for the end of a command. If a command hangs or ends the process, its own result says so,
   * and another process runs the commands after it.
   */
  Result result(int index) throws IOException, InterruptedException {
    while (true) {
      try {
        child.makes(scratch.resolve("results"), index + ".json");
        break;
      } catch (IllegalStateException e) {
        fail(String.valueOf(e.getMessage()));
        child = run();
      }
    }
    JsonNode json = JSON.readTree(file(index).toFile());
    return new Result(
        json.get("exitCode").asInt(),
        json.get("out").asText(),
        json.get("err").asText(),
        json.get("seconds").asDouble(),
        texts(json.path("suggested")),
        texts(json.path("changed")));
  }

  private static List<String> texts(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** Writes the result of the command that the process did not end. */
  private void fail(String reason) throws IOException {
    int stuck = 0;
    while (Files.exists(file(stuck))) {
      stuck++;
    }
    ObjectNode json = JSON.createObjectNode().put("exitCode", -1).put("out", "").put("seconds", 0);
    json.put("err", String.join(" ", examples.get(stuck).words()) + ": " + reason);
    JSON.writeValue(file(stuck).toFile(), json);
  }

  private Path file(int index) {
    return scratch.resolve("results").resolve(index + ".json");
  }

  /** Ends the process. */
  @Override
  public void close() throws InterruptedException {
    child.kill();
  }
}
