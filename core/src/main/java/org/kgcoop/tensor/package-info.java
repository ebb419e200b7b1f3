/** Native arrays. */
@NullMarked
package org.kgcoop.tensor;

import org.jspecify.annotations.NullMarked;
