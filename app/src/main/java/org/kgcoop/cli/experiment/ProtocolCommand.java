package org.kgcoop.cli.experiment;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.cli.options.ProtocolOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.trial.ExperimentPlan;
import org.kgcoop.trial.Progress;
import org.kgcoop.trial.Protocol;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** A command that runs a protocol. */
public abstract class ProtocolCommand implements Callable<Integer> {
  @ParentCommand private Invocation invocation;
  @Mixin private ProtocolOptions options = new ProtocolOptions();
  @Mixin private ColumnOptions columns = new ColumnOptions();
  @Mixin private Output output = new Output();

  /** Opens the data sets and returns the protocol. */
  abstract Protocol protocol(Output output);

  /** Returns the numbers of training images per class. */
  abstract List<Integer> shots();

  /** Returns the defaults of the settings that the user does not set. */
  PublishedDefaults preset() {
    return PublishedDefaults.BASE_TO_NEW;
  }

  /** Returns true if every method is tested on classes without training images. */
  boolean asksNewClasses() {
    return false;
  }

  /** Returns true if one table per data set is printed too. */
  boolean perSet() {
    return false;
  }

  /** Opens the data sets and loads the weights. */
  @MustBeClosed
  public ExperimentSession open(Progress progress) {
    ExperimentPlan plan = options.plan(shots(), preset(), asksNewClasses(), output);
    Protocol protocol = protocol(output);
    Clip clip = options.clip().load();
    try {
      return new ExperimentSession(
          invocation.context(clip, options.cache().open(clip, output), progress, output),
          protocol,
          plan,
          options.out(),
          output,
          columns,
          perSet());
    } catch (RuntimeException e) {
      clip.close();
      throw e;
    }
  }

  @Override
  public Integer call() {
    try (ExperimentSession session = open(output.progress())) {
      session.print(options.only());
    }
    return 0;
  }
}
