package org.kgcoop.settings;

import java.util.Optional;
import java.util.function.Function;

/**
 * Setting of a record.
 *
 * @param value the function that returns the setting's value in the form of {@link SettingValues};
 *     empty if it is not stored
 * @param <R> the record
 */
public record BoundSetting<R>(Setting<?> setting, Function<R, Optional<Object>> value) {

  /** Returns the setting as one of a larger record. */
  public <W> BoundSetting<W> of(Function<W, R> part) {
    return new BoundSetting<>(setting, value.compose(part));
  }
}
