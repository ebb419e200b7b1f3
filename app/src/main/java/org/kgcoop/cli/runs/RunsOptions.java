package org.kgcoop.cli.runs;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
      defaultValue = "runs",
      description =
          "Set the folder that contains the runs, also in subfolders (default: ${DEFAULT-VALUE}).")
  private Path root = Path.of("runs");

  /** The conditions that select runs for a list or a table. */
  static final class Filter {
    @Option(
        names = "--set",
        paramLabel = "KEY=VALUE",
        description =
            "Use only runs with this setting. Repeat the option for several settings. The command"
                + " runs show RUN prints the keys. Example: --set"
                + " method=kgcoop --set weight=8")
    private Map<String, String> settings = new LinkedHashMap<>();

    Map<String, String> filter() {
      return settings;
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
        named + ": not a run folder (it has no run.json of a run)" + example(folder));
  }

  private static String example(Path folder) {
    return (Files.isDirectory(folder) ? RunFolders.runsBelow(folder) : List.<Path>of())
        .stream()
            .findFirst()
            .map(run -> "; it holds runs: name those, such as " + run)
            .orElse("; './kgcoop runs' lists those there are");
  }

  /** Reads the runs in some folders. Without folders, it reads all runs in {@code --runs}. */
  List<StoredRun> below(List<Path> folders, Map<String, String> filter, Consumer<String> warnings) {
    if (folders.isEmpty()) {
      return RunsBelow.read(root, filter, warnings);
    }
    List<StoredRun> runs = new ArrayList<>();
    for (Path named : folders) {
      Path folder = folder(named);
      Path absolute = folder.toAbsolutePath().normalize();
      if (!absolute.startsWith(root.toAbsolutePath().normalize())) {
        runs.addAll(RunsBelow.read(folder, filter, warnings));
        continue;
      }
      // Runs inside --runs are named relative to it, as in the list of all runs.
      List<StoredRun> inside =
          RunsBelow.read(root, filter, warnings).stream()
              .filter(run -> run.path().toAbsolutePath().normalize().startsWith(absolute))
              .toList();
      if (!Files.isDirectory(folder)) {
        throw KgCoopException.configuration(
            named + ": no such folder, here or below " + root + "; './kgcoop runs' lists what is");
      }
      runs.addAll(inside);
    }
    return runs.stream().distinct().toList();
  }
}
