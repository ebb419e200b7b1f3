package org.kgcoop.cli.runs;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.runs.RunFolders;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code runs delete}, which deletes runs. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    header = "Delete runs and tables with their folders.",
    description = {
      "",
      "Delete the folders of runs, or of tables with all their runs. Files of other programs in"
          + " these folders are kept. Runs in progress are not deleted.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop runs delete runs/table/objects/coop/seed*",
      "  ./kgcoop runs delete runs/table"
    })
final class RunsDeleteCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "RUN",
      description = "Folders of runs or tables, or their paths inside --runs.")
  private List<Path> named = new ArrayList<>();

  @Option(names = "--yes", description = "Delete without asking.")
  private boolean yes;

  @Mixin private RunsOptions runs = new RunsOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    // All names are checked first, so that a typo deletes nothing.
    List<Path> folders = named.stream().map(runs::runOrTable).distinct().toList();
    for (Path folder : folders) {
      if (RunFolders.isInUse(folder)) {
        throw new KgCoopException(
            KgCoopException.Category.IO, folder + ": in use by a running process; stop it first");
      }
    }
    if (!yes && !confirmed(folders)) {
      output.print("nothing deleted");
      return 0;
    }
    for (Path folder : folders) {
      if (RunFolders.isTable(folder)) {
        List<Path> staying = RunFolders.deleteTable(folder);
        staying.stream()
            .findFirst()
            .ifPresent(left -> output.warn(left + " kept: it contains other files"));
      } else {
        RunFolders.delete(folder);
      }
      output.print("deleted: " + folder);
    }
    return 0;
  }

  private static int runs(Path folder) {
    return RunFolders.isTable(folder) ? RunFolders.runsBelow(folder).size() : 1;
  }

  private boolean confirmed(List<Path> folders) {
    int count = folders.stream().mapToInt(RunsDeleteCommand::runs).sum();
    String what = count + (count == 1 ? " run" : " runs");
    if (!Boolean.getBoolean("kgcoop.terminal")) {
      throw KgCoopException.configuration("not a terminal: use --yes to delete " + what);
    }
    for (Path folder : folders) {
      boolean table = RunFolders.isTable(folder);
      output.print("  " + folder + (table ? ", a table of " + runs(folder) + " runs" : ""));
    }
    output.out().print("Delete " + what + "? [y/N] ");
    output.out().flush();
    try {
      // The reader stays open, because closing it would close standard input.
      String answer =
          new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
      return answer != null && answer.strip().matches("(?i)y|yes");
    } catch (IOException e) {
      throw KgCoopException.io("the answer cannot be read: " + e.getMessage(), e);
    }
  }
}
