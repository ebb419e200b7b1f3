package org.kgcoop.prompt;

import org.kgcoop.EnumIds;

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
    return EnumIds.id(this);
  }
}
