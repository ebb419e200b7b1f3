package org.kgcoop.train;

import org.kgcoop.KgCoopException;

/**
 * The learning rate of every epoch or step ({@link Unit}): a warm-up, then a decay. The published
 * runs use Dassl.pytorch, which counts the warm-up in one of two ways.
 *
 * @param rate r, the rate at the start of the decay
 * @param epochs T
 * @param decay the decay after the warm-up, which has w epochs
 * @param warmupRecount if true, the decay of epoch e >= w is that of epoch e - w, as in Dassl with
 *     WARMUP_RECOUNT. If false, it is that from epoch w to e, by PyTorch's recursive formulas, as
 *     in Dassl without WARMUP_RECOUNT
 */
public record Schedule(
    double rate, int epochs, Decay decay, Warmup warmup, boolean warmupRecount, Unit unit) {

  /** The unit of time of the schedule. */
  public enum Unit {
    EPOCH,
    /**
     * The rate changes after each step, as if each step was an epoch: with S steps per epoch, all
     * numbers of epochs are S times as large.
     */
    STEP
  }

  public Schedule {
    if (epochs < 1) {
      throw KgCoopException.configuration("epochs: expected at least 1, got " + epochs);
    }
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw KgCoopException.configuration("learning rate: expected above 0, got " + rate);
    }
  }

  /**
   * Returns the rate of a step.
   *
   * @param epoch from 0
   * @param step the step of the epoch, from 0
   * @param steps the number of steps per epoch
   */
  public double rate(int epoch, int step, int steps) {
    if (unit == Unit.EPOCH) {
      return rate(epoch);
    }
    Schedule stepSchedule =
        new Schedule(
            rate,
            Math.multiplyExact(epochs, steps),
            decay.stretched(steps),
            warmup.stretched(steps),
            warmupRecount,
            Unit.EPOCH);
    return stepSchedule.rate(epoch * steps + step);
  }

  /**
   * Returns the rate of an epoch.
   *
   * @param epoch from 0
   */
  double rate(int epoch) {
    int w = warmup.kind() == Warmup.Kind.NONE ? 0 : warmup.epochs();
    if (epoch < w) {
      return warmup.kind() == Warmup.Kind.LINEAR && epoch > 0 ? rate * epoch / w : warmup.rate();
    }
    return warmupRecount
        ? decay.rate(rate, 0, epoch - w, epochs)
        : decay.rate(rate, w, epoch, epochs);
  }
}
