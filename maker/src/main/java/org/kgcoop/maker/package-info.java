/** The command line of what makes models: {@code kgcoop pretrain}. */
@NullMarked
package org.kgcoop.maker;

import org.jspecify.annotations.NullMarked;
