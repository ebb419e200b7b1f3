package org.kgcoop.cluster;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kgcoop.cluster.features.FeatureCacheMerge;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sorts a feature cache into files that depend only on its content. */
@Command(
    name = "merge",
    header = "Sort a feature cache into files that depend only on its content.",
    description =
        "Sort the features of a feature cache on this machine. Two caches with the same features are"
            + " then byte-identical, except for the measured times in the .keys files. A cache of many small files opens"
            + " faster after sorting.")
final class MergeCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "FEATURES",
      description = "Folder of the feature cache, as for --feature-cache.")
  private Path cache;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets required options
  MergeCommand() {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    long features = FeatureCacheMerge.merge(cache, line -> err.println("warning: " + line));
    spec.commandLine().getOut().println(features + " features in " + cache);
    return 0;
  }
}
