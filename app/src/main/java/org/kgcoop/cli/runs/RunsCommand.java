package org.kgcoop.cli.runs;

import picocli.CommandLine.Command;

/** Runs that were made; alone it lists them. */
@Command(
    name = "runs",
    mixinStandardHelpOptions = true,
    header = "List, compare, tabulate, delete and repeat runs.",
    description = {"", "Every run is a folder; what is said of it is what its files tell.", ""},
    footer = {
      "",
      "Examples:",
      "  ./kgcoop runs --method kgcoop --set weight=8",
      "  ./kgcoop runs compare runs/a runs/b",
      "  ./kgcoop runs table runs/table --format latex > table.tex"
    },
    subcommands = {
      RunsListCommand.class,
      RunsShowCommand.class,
      RunsCompareCommand.class,
      RunsTableCommand.class,
      RunsDeleteCommand.class,
      RunsRerunCommand.class
    })
public final class RunsCommand extends RunsList {}
