/** SigLIP, and SigLIP 2 of a fixed resolution. */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip.siglip;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
