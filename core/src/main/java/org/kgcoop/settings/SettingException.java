package org.kgcoop.settings;

import org.kgcoop.KgCoopException;

/** A wrong value of a setting, or a setting that nothing uses. */
public final class SettingException extends KgCoopException {
  private final String key;

  /**
   * Creates an error of the category CONFIGURATION.
   *
   * @param problem what is wrong, after the key
   */
  public SettingException(String key, String problem) {
    super(Category.CONFIGURATION, "setting %s: %s".formatted(key, problem));
    this.key = key;
  }

  /** Returns the key of the setting. */
  public String key() {
    return key;
  }
}
