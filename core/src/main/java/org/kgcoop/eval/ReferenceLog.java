package org.kgcoop.eval;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;

/**
 * The test results in a {@code log.txt} of the published code. For each metric, such as {@code *
 * accuracy: 83.6%}, they are the last line after the end of training, or after the start of the
 * results of a test-only run, as in the published {@code parse_test_res.py}.
 *
 * @param metrics percentages by name, in the order of the file
 */
public record ReferenceLog(Map<String, Double> metrics) {

  /** The lines before the final results of a training, in new and old versions of Dassl.pytorch. */
  private static final Set<String> ENDS = Set.of("Finish training", "Finished training");

  /**
   * The line before results: the final ones of a test-only run, those of each epoch in a training.
   */
  private static final String RESULT = "=> result";

  private static final String TRAINS = "epoch [";

  private static final Pattern METRIC =
      Pattern.compile("\\* (accuracy|error|macro_f1): ([.\\deE+-]+)%");

  /**
   * The results of one experiment over its seeds.
   *
   * @param folder the folder that contains the folders of the seeds
   * @param values one value per metric and log
   */
  public record Experiment(Path folder, Map<String, List<Double>> values) {}

  /** Reads a log; empty if it has no final result, for example because the run was interrupted. */
  static Optional<ReferenceLog> read(Path file) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    boolean trains = false;
    boolean ended = false;
    // Class names may have any encoding. The relevant lines are ASCII.
    Charset charset = StandardCharsets.ISO_8859_1;
    try (BufferedReader lines = Files.newBufferedReader(file, charset)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String text = line.strip();
        trains |= text.startsWith(TRAINS);
        ended |= ENDS.contains(text) || (text.equals(RESULT) && !trains);
        Matcher metric = METRIC.matcher(line);
        if (ended && metric.find()) {
          metrics.put(metric.group(1), number(metric.group(2), file));
        }
      }
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read (" + Messages.reason(e) + ")", e);
    }
    return metrics.isEmpty() ? Optional.empty() : Optional.of(new ReferenceLog(metrics));
  }

  private static double number(String text, Path file) {
    try {
      return Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new KgCoopException(
          KgCoopException.Category.DATA, file + ": '" + text + "' is not a number", e);
    }
  }

  /**
   * Reads all logs below a folder, grouped by experiment: {@code EXPERIMENT/seed1/log.txt}.
   *
   * @param unfinished receives the logs without a final result
   */
  public static List<Experiment> below(Path folder, List<Path> unfinished) {
    Map<Path, Map<String, List<Double>>> experiments = new TreeMap<>();
    for (Path file : logs(folder)) {
      Optional<ReferenceLog> log = read(file);
      if (log.isEmpty()) {
        unfinished.add(file);
        continue;
      }
      Path seed = file.toAbsolutePath().getParent();
      Path experiment = seed == null || seed.getParent() == null ? folder : seed.getParent();
      Map<String, List<Double>> values =
          experiments.computeIfAbsent(experiment, e -> new LinkedHashMap<>());
      log.get()
          .metrics()
          .forEach(
              (name, value) -> values.computeIfAbsent(name, n -> new ArrayList<>()).add(value));
    }
    return experiments.entrySet().stream()
        .map(entry -> new Experiment(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static List<Path> logs(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw KgCoopException.data(
          folder + ": no such folder; expected one with EXPERIMENT/seed1/log.txt below it");
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.endsWith("log.txt") && Files.isRegularFile(file))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw KgCoopException.io(
          folder + ": cannot be listed (" + Messages.firstLine(e.getMessage(), e) + ")", e);
    }
  }
}
