package org.kgcoop.cli.options;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The shifted data sets of {@code --shifts}. */
public final class ShiftList {
  @Option(
      names = "--shifts",
      split = SettingSources.NEXT,
      paramLabel = "PATH",
      description =
          "Choose a shifted version of the data set. Repeat the option for several (default: all"
              + " versions of the source that kgcoop knows).")
  private List<String> shifts = new ArrayList<>();

  /** Returns the paths and names of the data sets; empty if none is given. */
  public List<String> paths() {
    return shifts;
  }
}
