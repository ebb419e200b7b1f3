package org.kgcoop.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The learning rate of the first epochs. Its text is {@code KIND[:EPOCHS[:RATE]]}, such as {@code
 * constant:1:1e-5}. Parts that are left out have the method's published values.
 *
 * @param epochs w, the number of epochs
 * @param rate the rate of a constant warm-up, and of the first epoch of a linear one
 */
public record Warmup(Kind kind, int epochs, double rate) {
  /** No warm-up. */
  public static final Warmup NONE = new Warmup(Kind.NONE, 0, 0);

  private static final int PARTS = 3;

  /** The form of a warm-up. */
  public enum Kind {
    NONE,
    /** The same rate in all epochs of the warm-up. */
    CONSTANT,
    /** {@code r e / w} in epoch e, from 0; {@code rate} in the first one. */
    LINEAR;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Kind ofId(String id) {
      for (Kind kind : values()) {
        if (kind.id().equals(id)) {
          return kind;
        }
      }
      throw KgCoopException.configuration(
          "warm-up '" + id + "': expected none, constant or linear");
    }
  }

  public Warmup {
    if (epochs < 0 || !(rate >= 0) || Double.isInfinite(rate)) {
      throw KgCoopException.configuration(
          "warm-up: expected epochs and a rate of at least 0, got " + epochs + " and " + rate);
    }
  }

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

  /** Returns the warm-up of a text with all parts. */
  static Warmup ofId(String text) {
    String[] parts = text.split(":", -1);
    try {
      return new Warmup(
          Kind.ofId(parts[0]), Integer.parseInt(parts[1]), Double.parseDouble(parts[2]));
    } catch (NumberFormatException e) {
      throw wrong(text, e);
    }
  }

  /** Returns the text. */
  String id() {
    return kind == Kind.NONE ? kind.id() : kind.id() + ":" + epochs + ":" + rate;
  }

  /** Returns the warm-up with the number of epochs times a factor. */
  Warmup stretched(int factor) {
    return new Warmup(kind, Math.multiplyExact(epochs, factor), rate);
  }

  private static KgCoopException wrong(String text, @Nullable Exception e) {
    return new KgCoopException(
        KgCoopException.Category.CONFIGURATION,
        "warmup '" + text + "': expected KIND:EPOCHS:RATE, such as constant:1:1e-5",
        e);
  }
}
