/** Data sets by path or name. Start at {@link org.kgcoop.data.open.DataSets}. */
@NullMarked
package org.kgcoop.data.open;

import org.jspecify.annotations.NullMarked;
