/**
 * Prompt tuning for CLIP. Start at {@link org.kgcoop.clip} for the model, {@link org.kgcoop.method}
 * for the methods and {@link org.kgcoop.train} for the training loop. This package contains the
 * base class of all errors, and the formatting of messages.
 */
@NullMarked
package org.kgcoop;

import org.jspecify.annotations.NullMarked;
