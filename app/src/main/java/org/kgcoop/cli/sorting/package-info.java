/**
 * Copies, links or moves classified images into one folder per class, or writes the class into them
 * as a keyword. Start at {@link org.kgcoop.cli.sorting.SortingOptions}.
 */
@NullMarked
package org.kgcoop.cli.sorting;

import org.jspecify.annotations.NullMarked;
