/** What the numbers of an evaluation must be. */
@NullMarked
package org.kgcoop.eval;

import org.jspecify.annotations.NullMarked;
