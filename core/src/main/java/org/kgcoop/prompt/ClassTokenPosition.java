package org.kgcoop.prompt;

import java.util.Locale;
import org.kgcoop.KgCoopException;

/** Position of the class name relative to the context vectors. */
public enum ClassTokenPosition {
  /** {@code [SOT] v1 ... vM name . [EOT]}. */
  END,
  /** {@code [SOT] v1 ... v(M/2) name v(M/2+1) ... vM . [EOT]}, M/2 rounded down. */
  MIDDLE,
  /** {@code [SOT] name v1 ... vM . [EOT]}. */
  FRONT;

  /** Returns the name in files and options. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static ClassTokenPosition ofId(String id) {
    for (ClassTokenPosition position : values()) {
      if (position.id().equals(id)) {
        return position;
      }
    }
    throw KgCoopException.configuration(
        "class position '" + id + "': expected end, middle or front");
  }
}
