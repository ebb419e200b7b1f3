package org.kgcoop.train;

import java.util.Locale;
import org.kgcoop.KgCoopException;

/**
 * The learning rate of every epoch: warm-up, then a decay, stepped after each epoch, or after each
 * step ({@link Unit}). The published runs use Dassl.pytorch, whose two ways of counting the warm-up
 * are {@link Variant}.
 *
 * @param rate the rate r that the decay starts from
 * @param epochs T
 * @param decay how the rate falls after the warm-up
 * @param warmup how the first epochs rise
 * @param warmupEpochs w, how many they are
 * @param warmupRate the rate of a constant warm-up, and of the first epoch of a linear one
 */
public record Schedule(
    double rate,
    int epochs,
    Decay decay,
    Warmup warmup,
    int warmupEpochs,
    double warmupRate,
    Variant variant,
    Unit unit) {

  /** The time after which the rate changes. */
  public enum Unit {
    EPOCH,
    /** Each step is an epoch: where epochs have S steps, there are S times as many. */
    STEP;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Unit ofId(String id) {
      for (Unit unit : values()) {
        if (unit.id().equals(id)) {
          return unit;
        }
      }
      throw KgCoopException.configuration(
          "unit of the learning rate '" + id + "': expected epoch or step");
    }
  }

  /** The rise of the rate in the first epochs. */
  public enum Warmup {
    NONE,
    /** At {@code warmupRate}. */
    CONSTANT,
    /** Epoch e, from 0, at {@code r e / w}; the first at {@code warmupRate}. */
    LINEAR;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Warmup ofId(String id) {
      for (Warmup warmup : values()) {
        if (warmup.id().equals(id)) {
          return warmup;
        }
      }
      throw KgCoopException.configuration(
          "warm-up '" + id + "': expected none, constant or linear");
    }
  }

  /** The epoch from which the decay counts: the end of the warm-up, or the first epoch. */
  public enum Variant {
    /** In epoch e >= w the decay is that of epoch e - w: Dassl with WARMUP_RECOUNT. */
    CURRENT("current"),
    /**
     * In epoch e >= w the decay is that from epoch w to e: without, by PyTorch's recursive
     * formulas.
     */
    PAPER_ERA("paper-era");

    private final String id;

    Variant(String id) {
      this.id = id;
    }

    public String id() {
      return id;
    }

    public static Variant ofId(String id) {
      for (Variant variant : values()) {
        if (variant.id.equals(id)) {
          return variant;
        }
      }
      throw KgCoopException.configuration("schedule '" + id + "': expected current or paper-era");
    }
  }

  public Schedule {
    if (epochs < 1) {
      throw KgCoopException.configuration("epochs: expected at least 1, got " + epochs);
    }
    if (!(rate > 0) || Double.isInfinite(rate)) {
      throw KgCoopException.configuration("learning rate: expected above 0, got " + rate);
    }
    if (warmupEpochs < 0 || !(warmupRate >= 0) || Double.isInfinite(warmupRate)) {
      throw KgCoopException.configuration(
          "warm-up: expected epochs and a rate of at least 0, got "
              + warmupEpochs
              + " and "
              + warmupRate);
    }
  }

  /**
   * The rate of a step.
   *
   * @param epoch from 0
   * @param step of the epoch, from 0
   * @param steps of each epoch
   */
  public double rate(int epoch, int step, int steps) {
    if (unit == Unit.EPOCH) {
      return rate(epoch);
    }
    Schedule ofSteps =
        new Schedule(
            rate,
            Math.multiplyExact(epochs, steps),
            decay.stretched(steps),
            warmup,
            Math.multiplyExact(warmupEpochs, steps),
            warmupRate,
            variant,
            Unit.EPOCH);
    return ofSteps.rate(epoch * steps + step);
  }

  /**
   * The rate of an epoch.
   *
   * @param epoch from 0
   */
  double rate(int epoch) {
    int w = warmup == Warmup.NONE ? 0 : warmupEpochs;
    if (epoch < w) {
      return warmup == Warmup.LINEAR && epoch > 0 ? rate * epoch / w : warmupRate;
    }
    return switch (variant) {
      case CURRENT -> decay.rate(rate, 0, epoch - w, epochs);
      case PAPER_ERA -> decay.rate(rate, w, epoch, epochs);
    };
  }
}
