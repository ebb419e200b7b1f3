package org.kgcoop.cli.console;

import java.util.List;
import java.util.function.BooleanSupplier;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.progress.Progress;
import org.kgcoop.trial.ExperimentContext;
import picocli.CommandLine.Model.CommandSpec;

/** The command line that a command belongs to. */
public interface Invocation {

  /** Returns true if work should stop at the next safe point. */
  boolean interrupted();

  /** Returns the arguments of this command line. */
  List<String> arguments();

  /** Returns the command line of a command or of a nested subcommand. */
  static Invocation of(CommandSpec command) {
    return (Invocation) command.root().userObject();
  }

  /** Waits until something is finished. Returns false if the work should stop earlier. */
  default boolean await(BooleanSupplier finished) {
    try {
      while (!finished.getAsBoolean()) {
        if (interrupted()) {
          return false;
        }
        Thread.sleep(50);
      }
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Returns the context of an experiment that this command line starts. */
  default ExperimentContext context(
      Clip clip, FeatureCache cache, Progress progress, Output output) {
    return new ExperimentContext(
        clip, cache, progress, output::warn, this::interrupted, arguments());
  }
}
