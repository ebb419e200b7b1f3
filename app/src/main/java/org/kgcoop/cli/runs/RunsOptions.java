package org.kgcoop.cli.runs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.kgcoop.KgCoopException;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.tables.RunsBelow;
import org.kgcoop.tables.StoredRun;
import picocli.CommandLine.Option;

/** The options for the folder of all runs, and for a selection of runs. */
final class RunsOptions {
  @Option(
      names = "--runs",
      paramLabel = "DIR",
      description = "Set the folder of the runs, also in subfolders (default: ${DEFAULT-VALUE}).")
  private Path root = Path.of("runs");

  /** The conditions that select runs for a list or a table. */
  static final class Filter {
    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description =
            "Use only runs with this setting. Repeat the option for several settings, or for several"
                + " values of one. The command runs show RUN prints the keys. Example:"
                + " --set method=coop --set method=kgcoop --set weight=8")
    private List<String> settings = new ArrayList<>();

    /** Returns the values of which a run must have one, by key. */
    Map<String, Set<String>> filter() {
      Map<String, Set<String>> filter = new LinkedHashMap<>();
      for (String setting : settings) {
        int equals = setting.indexOf('=');
        if (equals < 1) {
          throw KgCoopException.configuration(
              "--set %s: expected KEY=VALUE, such as method=kgcoop".formatted(setting));
        }
        filter
            .computeIfAbsent(setting.substring(0, equals), key -> new LinkedHashSet<>())
            .add(setting.substring(equals + 1));
      }
      return filter;
    }
  }

  Path root() {
    return root;
  }

  private Path folder(Path named) {
    return Files.isDirectory(named) || named.isAbsolute() ? named : root.resolve(named);
  }

  /**
   * Returns the folder of a run.
   *
   * @throws KgCoopException if the folder is not a run
   */
  Path runFolder(Path named) {
    Path folder = folder(named);
    if (RunFolders.isRunFolder(folder)) {
      return folder;
    }
    throw KgCoopException.configuration(
        named + ": not a run folder, which has a run.json; './kgcoop runs' lists those there are");
  }

  /** Reads the runs in some folders. Without folders, it reads all runs in {@code --runs}. */
  List<StoredRun> below(
      List<Path> folders, Map<String, Set<String>> filter, Consumer<String> warnings) {
    if (folders.isEmpty()) {
      return RunsBelow.read(root, filter, warnings);
    }
    Set<StoredRun> runs = new LinkedHashSet<>();
    for (Path named : folders) {
      Path folder = folder(named);
      Path absolute = absolute(folder);
      if (!absolute.startsWith(absolute(root))) {
        runs.addAll(RunsBelow.read(folder, filter, warnings));
      } else if (Files.isDirectory(folder)) {
        // Runs inside --runs are named relative to it, as in the list of all runs.
        RunsBelow.read(root, filter, warnings).stream()
            .filter(run -> absolute(run.path()).startsWith(absolute))
            .forEach(runs::add);
      } else {
        throw KgCoopException.configuration(
            named + ": no such folder, here or below " + root + "; './kgcoop runs' lists what is");
      }
    }
    return List.copyOf(runs);
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }
}
