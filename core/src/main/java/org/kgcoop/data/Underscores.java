package org.kgcoop.data;

import org.kgcoop.EnumIds;

/** The fate of the underscores of a class name in a text. */
public enum Underscores {
  /** Blanks in their place: the rule of CoOp's code and most that followed. */
  REPLACE,
  /** The name as it stands, as TaskRes and CLAP tokenize it. */
  KEEP;

  /** The name in files and options. */
  public String id() {
    return EnumIds.id(this);
  }

  /** The class name as texts have it. */
  public String in(String className) {
    return this == REPLACE ? className.replace('_', ' ') : className;
  }
}
