/**
 * Heads and trainable models, for methods with and without a prompt. {@link org.kgcoop.model.Head}
 * computes logits. {@link org.kgcoop.model.FixedHead} computes them by a formula that can be
 * exported. {@link org.kgcoop.model.TrainableModel} computes losses and gradients of a batch, and
 * {@link org.kgcoop.model.Tape} computes gradients through parts that autograd does not record. The
 * package depends on no method and on no text.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
