/**
 * CLIP: an image and a text become unit vectors of one space. {@link org.kgcoop.clip.Clip} is the
 * whole model, {@link org.kgcoop.clip.ImageEncoder} and {@link org.kgcoop.clip.TextEncoder} are its
 * encoders, {@link org.kgcoop.clip.Tokenizer} makes its text input. Weights keep the names of the
 * released files.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
