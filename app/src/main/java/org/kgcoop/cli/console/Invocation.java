package org.kgcoop.cli.console;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.Progress;
import org.kgcoop.features.FeatureCache;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The command line that a command belongs to. */
public interface Invocation {

  /** True if work should stop at its next safe place. */
  boolean interrupted();

  /** The words that this command line was given. */
  List<String> words();

  /**
   * Other words, parsed and not executed.
   *
   * @param directory the folder that their relative paths start from
   */
  ParseResult parse(List<String> words, Path directory);

  /** Executes other words in this process, with the same streams; returns their exit code. */
  int again(List<String> words);

  /** The command line of a command, however deep below it the command is. */
  static Invocation of(CommandSpec command) {
    return (Invocation) command.root().userObject();
  }

  /** The bench of an experiment that this command line asks for. */
  default ExperimentContext bench(Clip clip, FeatureCache cache, Progress progress, Output output) {
    return new ExperimentContext(clip, cache, progress, output::warn, this::interrupted, words());
  }
}
