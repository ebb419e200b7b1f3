package org.kgcoop.method;

import java.util.Locale;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.method.setting.Kind;
import org.kgcoop.method.setting.Range;
import org.kgcoop.method.setting.Setting;

/** The images by which a method chooses a setting of its own. No test image is ever among them. */
public enum SelectionData {
  /** The validation images, as published; the shots where there are none. */
  VALIDATION,
  /**
   * The shots alone, in folds or each left out in turn, so that no label of a validation image is
   * looked at.
   */
  FOLDS,
  /** Nothing: the setting stays as it is stated. */
  NONE;

  /** The results call so who chose, in {@link FitContext#chosen}. */
  static final String BY = "by";

  /** The value of {@link #BY} where there was nothing to choose by. */
  static final String DEFAULT = "default";

  /** The images by which to choose, where that is the way and there are any. */
  Optional<LabeledFeatures> validation(FitContext context) {
    return this == VALIDATION ? context.validation() : Optional.empty();
  }

  /** The name in files and options. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The setting of a search for something. */
  static Setting<SelectionData> setting(String meaning) {
    return Setting.of(
        "search",
        Kind.TEXT.as(SelectionData::ofId, SelectionData::id).called("validation, folds or none"),
        FOLDS,
        Range.any(),
        meaning);
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
