package org.kgcoop.train;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The text of a warm-up, {@code KIND[:EPOCHS[:RATE]]}, such as {@code constant:1:1e-5}. Parts that
 * are left out have the method's published values.
 */
final class WarmupReader {
  private static final int PARTS = 3;

  private WarmupReader() {}

  /** Fills the parts that a text leaves out from another text. */
  static String over(String text, String published) {
    List<String> parts = new ArrayList<>(List.of(text.split(":", -1)));
    String[] filled = published.split(":", -1);
    if (parts.size() > PARTS) {
      throw wrong(text, null);
    }
    if (parts.get(0).isEmpty()) {
      parts.set(0, filled[0]);
    }
    for (int i = 1; i < filled.length; i++) {
      if (i == parts.size()) {
        parts.add(filled[i]);
      } else if (parts.get(i).isEmpty()) {
        parts.set(i, filled[i]);
      }
    }
    return String.join(":", parts);
  }

  /** The kind, the first part. */
  static Schedule.Warmup kind(String text) {
    return Schedule.Warmup.ofId(text.split(":", -1)[0]);
  }

  /** The number of epochs, the second part. */
  static int epochs(String text) {
    try {
      return Integer.parseInt(text.split(":", -1)[1]);
    } catch (NumberFormatException e) {
      throw wrong(text, e);
    }
  }

  /** The rate, the third part. */
  static double rate(String text) {
    try {
      return Double.parseDouble(text.split(":", -1)[2]);
    } catch (NumberFormatException e) {
      throw wrong(text, e);
    }
  }

  /** The text of the warm-up of a schedule. */
  static String text(Schedule schedule) {
    String id = schedule.warmup().id();
    return schedule.warmup() == Schedule.Warmup.NONE
        ? id
        : id + ":" + schedule.warmupEpochs() + ":" + schedule.warmupRate();
  }

  private static KgCoopException wrong(String text, @Nullable Exception e) {
    return new KgCoopException(
        KgCoopException.Category.CONFIGURATION,
        "warmup '" + text + "': expected KIND:EPOCHS:RATE, such as constant:1:1e-5",
        e);
  }
}
