/**
 * Writes event files for TensorBoard from run folders.
 *
 * <p>Start at {@link org.kgcoop.tensorboard.EventFile}.
 */
@NullMarked
package org.kgcoop.tensorboard;

import org.jspecify.annotations.NullMarked;
