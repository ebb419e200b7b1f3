/** PE-Core, the image-text models of Perception Encoder. */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip.pe;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
