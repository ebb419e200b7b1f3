/**
 * Settings of methods and of the training. A {@link org.kgcoop.settings.Setting} declares a key, a
 * type, a unit, a range, a default and a sentence for the help. A {@link
 * org.kgcoop.settings.SettingList} reads a record from {@link org.kgcoop.settings.SettingValues}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.settings;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
