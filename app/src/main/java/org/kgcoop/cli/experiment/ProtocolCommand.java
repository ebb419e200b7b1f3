package org.kgcoop.cli.experiment;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.cli.options.ProtocolOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.experiment.ExperimentPlan;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.method.catalogue.PublishedDefaults;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** A command that carries out a protocol. */
public abstract class ProtocolCommand implements Callable<Integer> {
  @ParentCommand private Invocation invocation;
  @Mixin private ProtocolOptions options = new ProtocolOptions();
  @Mixin private ColumnOptions columns = new ColumnOptions();
  @Mixin private Output output = new Output();

  /** The protocol on its data, which are opened. */
  abstract Protocol protocol(Output output);

  /** Numbers of training images a class. */
  abstract List<Integer> shots();

  /** The source of the settings that the user leaves out. */
  PublishedDefaults preset() {
    return PublishedDefaults.BASE_TO_NEW;
  }

  /** True if every method is asked about classes that it has not learned. */
  boolean asksNewClasses() {
    return false;
  }

  /** True if rows for each data set are printed too. */
  boolean perSet() {
    return false;
  }

  /** Opens its data sets and loads its weights. */
  @MustBeClosed
  public OpenProtocol open(Progress progress) {
    ExperimentPlan plan = options.plan(shots(), preset(), asksNewClasses(), output);
    Protocol protocol = protocol(output);
    Clip clip = options.clip().load();
    try {
      return new OpenProtocol(
          invocation.bench(clip, options.cache().open(clip, output), progress, output),
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
    try (OpenProtocol grid = open(output.progress())) {
      grid.print(options.only());
    }
    return 0;
  }
}
