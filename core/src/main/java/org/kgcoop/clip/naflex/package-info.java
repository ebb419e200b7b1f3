/** SigLIP 2 NaFlex, which keeps the shape of an image. */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip.naflex;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
