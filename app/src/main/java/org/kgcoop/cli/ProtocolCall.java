package org.kgcoop.cli;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.List;
import java.util.function.Supplier;
import org.kgcoop.clip.Clip;
import org.kgcoop.experiment.Contender;
import org.kgcoop.experiment.Plan;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.prompt.Preset;

/**
 * What the options of a protocol's command ask for.
 *
 * @param protocol made when the other options are known to be right
 * @param newClasses whether every method is asked about classes that it has not learned
 * @param preset where settings come from that nobody gives
 * @param perSet whether rows for each data set are printed too
 */
record ProtocolCall(
    ProtocolOptions options,
    Sweep sweep,
    Supplier<? extends Protocol> protocol,
    List<Integer> shots,
    boolean newClasses,
    Preset preset,
    boolean perSet,
    Output output,
    Invocation invocation) {

  /** Opens its data sets and loads its weights. */
  @MustBeClosed
  Grid open(Progress progress) {
    int jobs = options.jobs();
    options.training().check(output);
    List<Contender> contenders =
        sweep.contenders(options.methods(), options.settings(), options.training(), preset);
    if (newClasses) {
      contenders.forEach(Contender::checkNewClasses);
    }
    Plan plan = new Plan(contenders, shots, options.seeds(), jobs);
    Protocol made = protocol.get();
    Clip clip = options.clip().load();
    try {
      return new Grid(
          invocation.bench(clip, options.bank().open(clip, output), progress, output),
          made,
          plan,
          options.out(),
          output,
          perSet);
    } catch (RuntimeException e) {
      clip.close();
      throw e;
    }
  }
}
