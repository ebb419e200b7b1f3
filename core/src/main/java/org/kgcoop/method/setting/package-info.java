/**
 * The declaration of a method: its settings ({@link org.kgcoop.method.setting.Setting}) and all
 * else ({@link org.kgcoop.method.setting.Declaration}).
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.method.setting;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
