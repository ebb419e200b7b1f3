package org.kgcoop.cli.options;

import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import picocli.CommandLine.Option;

/** The option for a part of the classes. */
public final class ClassSplitOption {
  @Option(
      names = "--class-split",
      paramLabel = "PART",
      defaultValue = "all",
      description =
          "Choose the classes: all, base, new (default: ${DEFAULT-VALUE}). The base"
              + " classes are the first half.")
  private String part = "all";

  public ClassSplit value() {
    return switch (part) {
      case "all" -> ClassSplit.ALL;
      case "base" -> ClassSplit.BASE;
      case "new" -> ClassSplit.NEW;
      default ->
          throw KgCoopException.configuration(
              "--class-split " + part + ": expected all, base or new");
    };
  }

  /** Returns the part as it was given. */
  @Override
  public String toString() {
    return part;
  }
}
