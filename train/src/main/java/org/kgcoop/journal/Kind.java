package org.kgcoop.journal;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why images are asked: the kind of a page of {@code label}, and of its answers in the journal. */
public enum Kind {
  /** Single images, the least certain ones. */
  QUESTIONS,
  /** Images with one proposed class. */
  PAGE,
  /** Images that no class is near to. */
  UNUSUAL,
  /** Random images, asked without a proposal. */
  AUDIT,
  /** Random images that were drawn later. They measure only the folder. */
  MORE_AUDIT,
  /** Images that the person skipped. */
  SKIPPED,
  /** Images that show none of the older classes, after a class was added. */
  NONE_AGAIN,
  /** Random images of the whole folder, asked without their label. */
  CHECK,
  /** Images that the person chose, not the program. */
  CHOSEN;

  /** Returns the name in files and requests. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns true for random images that are asked without a proposal. */
  public boolean isBlind() {
    return this == AUDIT || this == MORE_AUDIT || this == CHECK;
  }
}
