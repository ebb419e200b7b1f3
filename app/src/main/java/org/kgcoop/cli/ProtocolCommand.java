package org.kgcoop.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A command that carries out a protocol. */
interface ProtocolCommand extends Callable<Integer> {

  /** What its options ask for; nothing is opened yet. */
  ProtocolCall experiment();

  @Override
  default Integer call() {
    ProtocolCall experiment = experiment();
    @Nullable Path only = experiment.options().only();
    try (Grid grid = experiment.open(experiment.output().progress())) {
      if (only == null) {
        grid.printTable();
      } else {
        grid.printRun(only);
      }
    }
    return 0;
  }
}
