/** The command line of the data pipeline: {@code kgcoop pretrain}. */
@NullMarked
package org.kgcoop.maker;

import org.jspecify.annotations.NullMarked;
