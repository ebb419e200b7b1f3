package org.kgcoop.settings;

import java.util.List;
import java.util.Map;

/** Component of a record of settings: a setting, or a record of further settings. */
public interface SettingPart {
  /** Returns the settings, in the order of files. */
  List<Setting<?>> settings();

  /** Returns the component's value. A setting that is not given has its default. */
  Object read(SettingValues values);

  /** Adds the stored values of the component to the values of the record. */
  void write(Object component, Map<String, Object> values);
}
