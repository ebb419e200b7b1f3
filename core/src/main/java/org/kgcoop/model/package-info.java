/**
 * Heads and models with parameters, for methods with and without a prompt. {@link
 * org.kgcoop.model.Head} computes logits, {@link org.kgcoop.model.FixedHead} by a formula that can
 * be exported. {@link org.kgcoop.model.TrainableModel} computes losses and gradients of a batch,
 * and {@link org.kgcoop.model.Tape} computes gradients through parts that autograd does not record.
 * The package knows no method and no text.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
