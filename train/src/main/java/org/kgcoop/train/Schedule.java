package org.kgcoop.train;

/**
 * The learning rate of every epoch or step ({@link Unit}): a warm-up of w epochs, then a cosine,
 * {@code m + (r - m) (1 + cos(pi e / T)) / 2} in epoch e. The published runs use Dassl.pytorch,
 * which counts the warm-up in one of two ways.
 *
 * @param rate r, the rate at the start of the decay
 * @param epochs T
 * @param minimum m, the rate of epoch T; 0 in most published code, 1e-6 in CLIP-LoRA
 * @param warmupRecount if true, the decay of epoch e >= w is that of epoch e - w, as in Dassl with
 *     WARMUP_RECOUNT. If false, it is that from epoch w to e, by PyTorch's recursive formula, as in
 *     Dassl without WARMUP_RECOUNT
 */
public record Schedule(
    double rate, int epochs, double minimum, Warmup warmup, boolean warmupRecount, Unit unit) {

  /** The unit of time of the schedule. */
  public enum Unit {
    EPOCH,
    /**
     * The rate changes after each step, as if each step was an epoch: with S steps per epoch, all
     * numbers of epochs are S times as large.
     */
    STEP
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
    int all = Math.multiplyExact(epochs, steps);
    Warmup stretched = warmup.stretched(steps);
    return new Schedule(rate, all, minimum, stretched, warmupRecount, Unit.EPOCH)
        .rate(epoch * steps + step);
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
    return warmupRecount ? decayed(0, epoch - w) : decayed(w, epoch);
  }

  /** Returns the rate of an epoch if epoch {@code from} has the rate r. */
  private double decayed(int from, int to) {
    return minimum + (rate - minimum) * (1 + cosine(to)) / (1 + cosine(from));
  }

  private double cosine(int epoch) {
    return Math.cos(Math.PI * epoch / epochs);
  }
}
