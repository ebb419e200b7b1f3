package org.kgcoop.cluster;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.kgcoop.cluster.features.FeatureCacheMerge;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Brings a feature cache into files that follow from its content alone. */
@Command(
    name = "merge",
    mixinStandardHelpOptions = true,
    header = "Sort a feature cache into files that follow from its content alone.",
    description = {
      "",
      "Sort the features of a feature cache on this machine into files that depend on nothing but the"
          + " features: two feature caches of the same ones are then equal in every byte (the .seconds beside"
          + " the files apart), and a feature cache of many small files opens quicker.",
      ""
    })
final class MergeCommand implements Callable<Integer> {
  @Parameters(paramLabel = "FEATURES", description = "The folder that --feature-cache names.")
  private Path cache;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets what is required
  MergeCommand() {}

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    long features = FeatureCacheMerge.merge(cache, line -> err.println("warning: " + line));
    spec.commandLine().getOut().println(features + " features in " + cache);
    return 0;
  }
}
