/**
 * Declarations of methods. {@link org.kgcoop.method.setting.Setting} declares a setting, and {@link
 * org.kgcoop.method.setting.Declaration} declares the method.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.method.setting;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
