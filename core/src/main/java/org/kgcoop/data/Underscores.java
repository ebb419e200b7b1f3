package org.kgcoop.data;

import org.kgcoop.EnumIds;

/** The treatment of underscores of a class name in a text. */
public enum Underscores {
  /** Replaces them by spaces, as CoOp's code and most of its successors do. */
  REPLACE,
  /** Keeps them, as TaskRes and CLAP do. */
  KEEP;

  /** Returns the name in files and options. */
  public String id() {
    return EnumIds.id(this);
  }

  /** Returns a class name for a text. */
  public String in(String className) {
    return this == REPLACE ? className.replace('_', ' ') : className;
  }
}
