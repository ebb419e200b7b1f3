package org.kgcoop.cli.options;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.cli.console.Output;
import org.kgcoop.data.DataSet;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The data sets of {@code --data}. */
public final class DataSetList {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description =
          "Choose the data sets: folders, files or names, as for train. Separate several with"
              + " commas, or repeat the option.")
  private List<String> data = new ArrayList<>();

  @Mixin private DataOptions options = new DataOptions();

  public List<DataSet> open(Output output) {
    return paths().stream().map(path -> open(path, output)).toList();
  }

  /** Opens all data sets except the one at a path. */
  public List<DataSet> openWithout(String path, Output output) {
    return paths().stream().filter(p -> !p.equals(path)).map(p -> open(p, output)).toList();
  }

  private List<String> paths() {
    return data.stream().flatMap(each -> Parse.paths(each).stream()).toList();
  }

  /** Opens a data set that another option names. */
  public DataSet open(String path, Output output) {
    return options.open(path, output);
  }
}
