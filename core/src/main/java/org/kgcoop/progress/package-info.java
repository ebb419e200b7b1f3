/** Reports of the progress of long work. */
@NullMarked
package org.kgcoop.progress;

import org.jspecify.annotations.NullMarked;
