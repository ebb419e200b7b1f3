package org.kgcoop.cli;

import picocli.CommandLine.Command;

/** Which runs there are. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    header = "List runs: what they were, what they scored, how old they are.",
    footer = {"", "Example:", "  ./kgcoop runs list --method kgcoop --set weight=8"})
final class RunsListCommand extends RunsList {}
