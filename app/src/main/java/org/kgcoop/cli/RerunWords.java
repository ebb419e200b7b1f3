package org.kgcoop.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.config.ReferenceConfig;
import org.kgcoop.tables.StoredRun;

/**
 * The command that made a run, narrowed to this run alone: of a table's methods, seeds, shots, data
 * sets and swept settings those of the run. The demo, whose methods and data sets are fixed, is
 * narrowed to the seed.
 */
final class RerunWords {
  /** Commands of many runs. */
  private static final Set<String> TABLES = Set.of("base2new", "fewshot", "cross", "domain");

  /** Options that say how a command speaks, not what it does. */
  private static final Set<String> SPEECH = Set.of("--json", "--quiet", "--debug", "--per-set");

  private static final Set<String> PATHS =
      Set.of(
          "--data",
          "--root",
          "--source",
          "--shifts",
          "--clip",
          "--bank",
          "--tokenizer",
          "--images",
          "--config");

  private final StoredRun run;

  private RerunWords(StoredRun run) {
    this.run = run;
  }

  /**
   * The words of a command line that makes the run again.
   *
   * @param out its folder, or null for a line without one
   */
  static List<String> of(StoredRun run, @Nullable Path out) {
    if (run.command().isEmpty()) {
      throw KgCoopException.configuration(
          run.path()
              + ": its run.json does not say by which command it was made (a library made it, or an"
              + " older version); 'runs show' prints its settings");
    }
    RerunWords rerun = new RerunWords(run);
    int end = run.command().size() - ReferenceConfig.pairWords(run.command());
    List<String> words = rerun.narrowed(run.command().subList(1, end));
    if (out != null) {
      words.addAll(List.of("--out", out.toString()));
    }
    words.addAll(rerun.pairs(run.command().subList(end, run.command().size())));
    return words;
  }

  /** KEY VALUE pairs of the published code, which have to stay the last words. */
  private List<String> pairs(List<String> words) {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < words.size(); i += 2) {
      String value = words.get(i + 1);
      pairs.add(words.get(i));
      pairs.add(words.get(i).equals("DATASET.ROOT") ? fromThere(value) : value);
    }
    return pairs;
  }

  private List<String> narrowed(List<String> options) {
    String command = run.command().get(0);
    boolean table = TABLES.contains(command);
    List<String> words = new ArrayList<>(List.of(command));
    Map<String, String> missing = new TreeMap<>();
    if (command.equals("demo") && run.seed() != null) {
      missing.put("--seeds", "" + run.seed());
    }
    if (table) {
      missing.put("--methods", run.method());
      if (run.seed() != null) {
        missing.put("--seeds", "" + run.seed());
      }
      if (run.shots() > 0) {
        missing.put("--shots", "" + run.shots());
      }
    }
    List<String> given = split(options);
    // The others train on --source, and measure on all of --data.
    boolean trainsOnAll = command.equals("base2new") || command.equals("fewshot");
    boolean someData = given.stream().anyMatch(this::isOwnData);
    for (int i = 0; i < given.size(); i++) {
      String option = given.get(i);
      if (SPEECH.contains(option)) {
        continue;
      }
      boolean hasValue = i + 1 < given.size() && option.startsWith("--") && !isOption(given, i + 1);
      if (!hasValue) {
        words.add(option);
        continue;
      }
      String value = given.get(++i);
      if (option.equals("--out") || missing.containsKey(option)) {
        continue;
      }
      if (trainsOnAll && option.equals("--data") && someData && !isData(value)) {
        continue;
      }
      if (table && option.equals("--sweep")) {
        value = swept(value);
      }
      words.addAll(List.of(option, PATHS.contains(option) ? fromThere(value) : value));
    }
    missing.forEach((option, value) -> words.addAll(List.of(option, value)));
    return words;
  }

  private static boolean isOption(List<String> words, int place) {
    return words.get(place).startsWith("--");
  }

  /** {@code --key=value} as two words. */
  private static List<String> split(List<String> words) {
    List<String> split = new ArrayList<>();
    for (String word : words) {
      int equals = word.indexOf('=');
      if (word.startsWith("--") && equals > 0) {
        split.addAll(List.of(word.substring(0, equals), word.substring(equals + 1)));
      } else {
        split.add(word);
      }
    }
    return split;
  }

  private boolean isOwnData(String word) {
    return !word.startsWith("--") && isData(word);
  }

  /** Whether a value of --data names the run's data set: by its last part, without .zip. */
  private boolean isData(String value) {
    String last = value.replaceAll("[/\\\\]+$", "").replaceAll("^.*[/\\\\:]", "");
    return last.replaceAll("\\.(zip|csv|jsonl|json)$", "").equals(run.dataSet());
  }

  /** {@code weight=0,4,8} with the run's own value alone. */
  private String swept(String sweep) {
    int equals = sweep.indexOf('=');
    if (equals < 0) {
      return sweep;
    }
    String key = sweep.substring(0, equals);
    String plain = key.substring(key.lastIndexOf('.') + 1);
    String own = run.settings().get("method." + plain);
    String value = own == null ? run.settings().get("training." + plain) : own;
    for (String candidate : Parse.list("--sweep", sweep.substring(equals + 1))) {
      if (value != null && equal(candidate, value)) {
        return key + "=" + candidate;
      }
    }
    return sweep;
  }

  private static boolean equal(String a, String b) {
    Double first = number(a);
    return first == null ? a.equals(b) : first.equals(number(b));
  }

  private static @Nullable Double number(String text) {
    try {
      return Double.valueOf(text);
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** A path as it was meant where the command was given. */
  private String fromThere(String value) {
    Path there = Path.of(run.directory());
    if (there.equals(Path.of("").toAbsolutePath()) || value.startsWith("embedded")) {
      return value;
    }
    Path path = there.resolve(value);
    return Files.exists(path) ? path.toString() : value;
  }
}
