/**
 * Untrained models. {@link org.kgcoop.clip.untrained.RandomClip} writes them for tests and
 * benchmarks, and {@code --dry-run} measures speed with {@link
 * org.kgcoop.clip.untrained.InitialWeights}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.clip.untrained;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
