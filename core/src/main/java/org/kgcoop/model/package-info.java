/**
 * Classifiers and models with parameters, for methods with and without a prompt. {@link
 * org.kgcoop.model.Head} computes logits, {@link org.kgcoop.model.TrainableModel} computes losses
 * and gradients of a batch, and {@link org.kgcoop.model.Tape} computes gradients through parts that
 * autograd does not record. No method and no text is known here.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
