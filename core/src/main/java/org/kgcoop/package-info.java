/**
 * Prompt tuning for CLIP. Start at {@link org.kgcoop.clip} for the model, {@link org.kgcoop.method}
 * for the methods and {@link org.kgcoop.train} for the loop; this package holds what all share: the
 * root of the errors.
 */
@NullMarked
package org.kgcoop;

import org.jspecify.annotations.NullMarked;
