package org.kgcoop.method;

import java.util.Optional;
import org.kgcoop.EnumIds;
import org.kgcoop.settings.Setting;

/** Images that a method uses to select one of its settings. They never include test images. */
public enum SelectionData {
  /** The validation images, as published. Without validation images, the few-shot sample. */
  VALIDATION,
  /**
   * Only the few-shot sample, by cross-validation or leave-one-out, so that no label of a
   * validation image is used.
   */
  FOLDS,
  /** No images: the setting is not selected. */
  NONE;

  /** Key in the results for the source of a selection, in {@link FitContext#chosen}. */
  static final String BY = "by";

  /** Value of {@link #BY} if the default was used because no selection was possible. */
  static final String DEFAULT = "default";

  /** Returns the validation images, if the selection uses them and there are any. */
  Optional<LabeledFeatures> validation(FitContext context) {
    return this == VALIDATION ? context.validation() : Optional.empty();
  }

  /** Returns the name in files and options. */
  public String id() {
    return EnumIds.id(this);
  }

  /**
   * Returns the value of {@link #BY} for a selection with a part of the few-shot sample, because it
   * has too many rows.
   */
  String ofPart() {
    return id() + ", part";
  }

  /**
   * Returns the setting for the images of a search.
   *
   * @param description the description of the setting
   */
  static Setting<SelectionData> setting(String description) {
    return Setting.choice("select_on", FOLDS, description);
  }
}
