package org.kgcoop.train;

import java.util.Locale;
import org.kgcoop.KgCoopException;

/**
 * The learning rate of every epoch or step ({@link Unit}): a warm-up, then a decay. The published
 * runs use Dassl.pytorch, which counts the warm-up in one of two ways ({@link Variant}).
 *
 * @param rate r, the rate at the start of the decay
 * @param epochs T
 * @param decay the decay after the warm-up
 */
public record Schedule(
    double rate, int epochs, Decay decay, Warmup warmup, Variant variant, Unit unit) {

  /** The unit of time of the schedule. */
  public enum Unit {
    EPOCH,
    /**
     * The rate changes after each step, as if each step was an epoch: with S steps per epoch, all
     * numbers of epochs are S times as large.
     */
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

  /** The epoch from which the decay counts: the end of the warm-up, or the first epoch. */
  public enum Variant {
    /** The decay of epoch e >= w is that of epoch e - w, as in Dassl with WARMUP_RECOUNT. */
    CURRENT("current"),
    /**
     * The decay of epoch e >= w is that from epoch w to e, by PyTorch's recursive formulas, as in
     * Dassl without WARMUP_RECOUNT.
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
    Schedule ofSteps =
        new Schedule(
            rate,
            Math.multiplyExact(epochs, steps),
            decay.stretched(steps),
            warmup.stretched(steps),
            variant,
            Unit.EPOCH);
    return ofSteps.rate(epoch * steps + step);
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
    return switch (variant) {
      case CURRENT -> decay.rate(rate, 0, epoch - w, epochs);
      case PAPER_ERA -> decay.rate(rate, w, epoch, epochs);
    };
  }
}
