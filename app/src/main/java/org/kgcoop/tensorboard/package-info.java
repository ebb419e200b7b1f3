/**
 * Event files for TensorBoard, made of run folders. Start at {@link
 * org.kgcoop.tensorboard.EventFile}.
 */
@NullMarked
package org.kgcoop.tensorboard;

import org.jspecify.annotations.NullMarked;
