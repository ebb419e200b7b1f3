package org.kgcoop.cli.experiment;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.ColumnOptions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.ProtocolOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.ScratchFolder;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.trial.Experiment;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.ExperimentPlan;
import org.kgcoop.trial.Protocol;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

/** A command that runs a protocol. */
public abstract class ProtocolCommand implements Callable<Integer> {
  @ParentCommand private Invocation invocation;
  @Mixin private ProtocolOptions options = new ProtocolOptions();
  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private ColumnOptions columns = new ColumnOptions();
  @Mixin private Output output = new Output();

  /**
   * Returns the protocol.
   *
   * @param open opens a data set by its path or name
   */
  abstract Protocol protocol(Function<String, DataSet> open);

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
    Path out = options.out();
    ExperimentPlan plan = options.plan(shots(), preset(), asksNewClasses(), clipOptions, output);
    Protocol protocol = protocol(path -> dataOptions.open(path, output));
    Clip clip = clipOptions.load();
    try {
      ExperimentContext context =
          invocation.context(clip, options.cache().open(clip, output), progress, output);
      return new ExperimentSession(context, protocol, plan, out, output, columns, perSet());
    } catch (RuntimeException e) {
      clip.close();
      throw e;
    }
  }

  @Override
  public Integer call() {
    if (options.isDryRun()) {
      dryRun();
      return 0;
    }
    try (ExperimentSession session = open(output.progress())) {
      session.print(options.only());
    }
    return 0;
  }

  private void dryRun() {
    ExperimentPlan plan = options.plan(shots(), preset(), asksNewClasses(), clipOptions, output);
    DryRun dryRun = new DryRun(dataOptions, output);
    Protocol protocol = protocol(dryRun::open);
    try (ScratchFolder scratch = ScratchFolder.in(temporary(), "kgcoop-dry-run")) {
      Optional<Clip> untrained = clipOptions.untrained();
      try (Clip clip = untrained.orElseGet(clipOptions::load)) {
        ViewEncoder encoder = new ViewEncoder(clip, new Images(output::warn));
        FeatureCache cache = FeatureCache.inMemory(encoder);
        ExperimentContext context = invocation.context(clip, cache, output.progress(), output);
        Path out = options.outIfGiven().orElseGet(() -> scratch.path().resolve("out"));
        String weights = untrained.isPresent() ? clipOptions.missing() : "";
        Experiment experiment = new Experiment(context, protocol, plan);
        dryRun.print(experiment, context, out, weights, scratch.path());
      }
    } catch (IOException e) {
      throw KgCoopException.io("the temporary folder: " + Messages.reason(e), e);
    }
  }

  private static Path temporary() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }
}
