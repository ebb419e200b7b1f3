package org.kgcoop.cli;

import com.google.errorprone.annotations.MustBeClosed;
import java.util.List;
import java.util.function.Supplier;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Protocol;
import org.kgcoop.prompt.Preset;

/**
 * What the options of a protocol's command ask for.
 *
 * @param sweep a mixin of the command itself, whose line it reads
 * @param protocol made when the other options are known to be right
 * @param preset where settings come from that nobody gives
 * @param perSet whether rows for each data set are printed too
 */
record ProtocolCall(
    ProtocolOptions options,
    Sweep sweep,
    Supplier<? extends Protocol> protocol,
    List<Integer> shots,
    Preset preset,
    boolean perSet,
    Output output,
    Main main) {

  /** Opens its data sets and loads its weights. */
  @MustBeClosed
  Grid open(Progress progress) {
    return options.open(this, progress);
  }
}
