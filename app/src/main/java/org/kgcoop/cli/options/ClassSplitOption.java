package org.kgcoop.cli.options;

import org.kgcoop.EnumIds;
import org.kgcoop.data.ClassSplit;
import picocli.CommandLine.Option;

/** The option for a part of the classes. */
public final class ClassSplitOption {
  @Option(
      names = "--class-split",
      paramLabel = "PART",
      description = "Choose the classes: all, base (first half), new (default: ${DEFAULT-VALUE}).")
  private String part = "all";

  public ClassSplit value() {
    return EnumIds.of(ClassSplit.class, "--class-split", part);
  }

  /** Returns the part as it was given. */
  @Override
  public String toString() {
    return part;
  }
}
