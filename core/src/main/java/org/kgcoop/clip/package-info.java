/**
 * CLIP maps images and texts to vectors of unit length in one space. {@link org.kgcoop.clip.Clip}
 * is the model, {@link org.kgcoop.clip.ImageEncoder} and {@link org.kgcoop.clip.TextEncoder} are
 * its encoders, and {@link org.kgcoop.clip.Tokenizer} creates its text input. Weights keep the
 * names of the released files.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
