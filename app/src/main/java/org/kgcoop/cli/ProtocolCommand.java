package org.kgcoop.cli;

import java.util.concurrent.Callable;

/** A command that carries out a protocol. */
interface ProtocolCommand extends Callable<Integer> {

  /** What its options ask for; nothing is opened yet. */
  ProtocolCall experiment();

  @Override
  default Integer call() {
    ProtocolCall experiment = experiment();
    try (Grid grid = experiment.open(experiment.output().progress())) {
      grid.printTable();
    }
    return 0;
  }
}
