package org.kgcoop.train;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;

/** A decay of the learning rate over epochs, as in PyTorch's schedulers of the same names. */
public sealed interface Decay {
  /**
   * A cosine decay: {@code m + (r - m) (1 + cos(pi e / T)) / 2} in epoch e of T.
   *
   * @param minimum m, the rate of epoch T; 0 in most published code, 1e-6 in CLIP-LoRA
   */
  record Cosine(double minimum) implements Decay {
    public Cosine {
      if (!(minimum >= 0) || Double.isInfinite(minimum)) {
        throw KgCoopException.configuration(
            "minimum learning rate of a cosine: expected at least 0, got " + minimum);
      }
    }

    /** Creates a cosine decay to 0. */
    public Cosine() {
      this(0);
    }

    @Override
    public double rate(double rate, int from, int to, int epochs) {
      return minimum + (rate - minimum) * (1 + cosine(to, epochs)) / (1 + cosine(from, epochs));
    }

    private static double cosine(int epoch, int epochs) {
      return Math.cos(Math.PI * epoch / epochs);
    }
  }

  /**
   * A decay by the factor {@code gamma} every {@code size} epochs, as {@code StepLR}.
   *
   * @param size the number of epochs per step, at least 1
   * @param gamma above 0, at most 1; published 0.1
   */
  record SingleStep(int size, double gamma) implements Decay {
    public SingleStep {
      if (size < 1) {
        throw KgCoopException.configuration("step: expected at least 1 epoch, got " + size);
      }
      checkGamma(gamma);
    }

    @Override
    public double rate(double rate, int from, int to, int epochs) {
      return rate * Math.pow(gamma, to / size - from / size);
    }

    @Override
    public Decay stretched(double factor) {
      return new SingleStep((int) Math.max(1, Math.round(size * factor)), gamma);
    }
  }

  /**
   * A decay by the factor {@code gamma} after each of these epochs, as {@code MultiStepLR}.
   *
   * @param milestones numbers of epochs, each at least 1, in rising order
   * @param gamma above 0, at most 1; published 0.1
   */
  record MultiStep(List<Integer> milestones, double gamma) implements Decay {
    public MultiStep {
      milestones = List.copyOf(milestones);
      int before = 0;
      for (int milestone : milestones) {
        if (milestone <= before) {
          throw KgCoopException.configuration(
              "steps: expected rising numbers of epochs from 1, got " + milestones);
        }
        before = milestone;
      }
      checkGamma(gamma);
    }

    @Override
    public double rate(double rate, int from, int to, int epochs) {
      int passed = (int) milestones.stream().filter(m -> m > from && m <= to).count();
      return rate * Math.pow(gamma, passed);
    }

    @Override
    public Decay stretched(double factor) {
      List<Integer> longer = new ArrayList<>();
      int before = 0;
      for (int milestone : milestones) {
        before = (int) Math.max(before + 1, Math.round(milestone * factor));
        longer.add(before);
      }
      return new MultiStep(longer, gamma);
    }
  }

  /**
   * Returns the rate of an epoch.
   *
   * @param rate the rate of epoch {@code from}
   * @param from counted from 0
   * @param to at least {@code from}
   * @param epochs T
   */
  double rate(double rate, int from, int to, int epochs);

  /**
   * Returns the decay for a training with more epochs; the steps become longer by the same factor.
   */
  default Decay stretched(double factor) {
    return this;
  }

  private static void checkGamma(double gamma) {
    if (!(gamma > 0 && gamma <= 1)) {
      throw KgCoopException.configuration("gamma: expected above 0, at most 1, got " + gamma);
    }
  }
}
