/** Readers of data sets, one for each layout, and the division into parts where none is given. */
@NullMarked
package org.kgcoop.data.layout;

import org.jspecify.annotations.NullMarked;
