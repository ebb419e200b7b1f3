package org.kgcoop.cli;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.data.DataSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One data set or several. */
final class DataSetList {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "A data set as for train; several times for several.")
  private List<String> data = new ArrayList<>();

  @Mixin private DataOptions options = new DataOptions();

  List<DataSet> open(Output output) {
    return data.stream().map(path -> open(path, output)).toList();
  }

  /** All but the one at a path. */
  List<DataSet> openWithout(String path, Output output) {
    return data.stream().filter(p -> !p.equals(path)).map(p -> open(p, output)).toList();
  }

  /** One that another option names. */
  DataSet open(String path, Output output) {
    return options.open(path, output);
  }
}
