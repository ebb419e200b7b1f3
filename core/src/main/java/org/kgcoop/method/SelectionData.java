package org.kgcoop.method;

import java.util.Locale;
import org.kgcoop.KgCoopException;

/** The images by which a method chooses a setting of its own. No test image is ever among them. */
public enum SelectionData {
  /** The validation images, as published; folds of the shots where there are none. */
  VALIDATION,
  /** Folds of the shots, so that no label of a validation image is looked at. */
  FOLDS,
  /** Nothing: the setting stays as it is stated. */
  NONE;

  /** The results call so who chose, in {@link FitContext#chosen}. */
  static final String BY = "by";

  /** The value of {@link #BY} where there was nothing to choose by. */
  static final String DEFAULT = "default";

  /** The name in files and options. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static SelectionData ofId(String id) {
    for (SelectionData search : values()) {
      if (search.id().equals(id)) {
        return search;
      }
    }
    throw KgCoopException.configuration("search '" + id + "': expected validation, folds or none");
  }
}
