package org.kgcoop.cli.runs;

import picocli.CommandLine.Command;

/** The command {@code runs} for stored runs. Without a subcommand it lists them. */
@Command(
    name = "runs",
    header = "List and tabulate runs.",
    description =
        "List all runs in the folder --runs and its subfolders, as runs list does. The other"
            + " subcommands show and tabulate runs.",
    footer = {
      "  ./kgcoop runs --set method=kgcoop --set weight=8",
      "  ./kgcoop runs table runs/table --format latex > table.tex"
    },
    subcommands = {RunsCommand.ListCommand.class, RunsShowCommand.class, RunsTableCommand.class})
public final class RunsCommand extends RunsList {

  /** The command {@code runs list}, which lists stored runs. */
  @Command(
      name = "list",
      header = "List runs with their state, settings, results and age.",
      footer = "  ./kgcoop runs list --set method=kgcoop --set weight=8")
  static final class ListCommand extends RunsList {}
}
