/** Tests of metrics. */
@NullMarked
package org.kgcoop.eval;

import org.jspecify.annotations.NullMarked;
