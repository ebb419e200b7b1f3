/**
 * Which images are similar, by their features. Start at {@link
 * org.kgcoop.similarity.NearDuplicates}.
 */
@NullMarked
package org.kgcoop.similarity;

import org.jspecify.annotations.NullMarked;
