/** Readers of data sets, one per layout, and the automatic division into parts. */
@NullMarked
package org.kgcoop.data.layout;

import org.jspecify.annotations.NullMarked;
