package org.kgcoop.maker;

import java.util.Locale;
import org.kgcoop.cli.console.Output;
import org.kgcoop.pretrain.Pretraining;
import org.kgcoop.progress.Progress;

/** The progress of pretraining, in thousandths. */
final class PretrainingProgress implements Pretraining.Listener, AutoCloseable {
  private static final int PARTS = 1000;

  private final Output output;
  private final Progress.Task task;

  PretrainingProgress(Output output) {
    this.output = output;
    this.task = output.progress().start("pre-training", PARTS);
  }

  @Override
  public void at(Pretraining.Position position) {
    task.detail(
        String.format(
            Locale.ROOT,
            "step %d, loss %.3f, scale %.1f, %.0f images/s",
            position.step(),
            position.loss(),
            position.scale(),
            position.perSecond()));
    task.done((long) (PARTS * position.done()));
  }

  @Override
  public void checked(Pretraining.Position position, double accuracy) {
    output.info(
        String.format(
            Locale.ROOT,
            "step %d, %.0f s: zero-shot %.2f %%, scale %.1f",
            position.step(),
            position.seconds(),
            accuracy,
            position.scale()));
  }

  @Override
  public void close() {
    task.close();
  }
}
