package org.kgcoop.cli.runs;

import picocli.CommandLine.Command;

/** Lists runs. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    header = "List runs: what they were, what they scored, how old they are.",
    footer = {"", "Example:", "  ./kgcoop runs list --method kgcoop --set weight=8"})
public final class RunsListCommand extends RunsList {}
