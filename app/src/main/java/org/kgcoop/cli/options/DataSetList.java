package org.kgcoop.cli.options;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The data sets of {@code --data}. */
public final class DataSetList {
  @Option(
      names = "--data",
      split = SettingSources.NEXT,
      required = true,
      paramLabel = "PATH",
      completionCandidates = Completions.Data.class,
      description = "Choose the data sets, comma separated. They are named as for train. Required.")
  private List<String> data = new ArrayList<>();

  /** Returns the paths and names of the data sets. */
  public List<String> paths() {
    return data.stream().flatMap(each -> Parse.paths(each).stream()).toList();
  }
}
