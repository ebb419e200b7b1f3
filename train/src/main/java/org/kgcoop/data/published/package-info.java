/** The 15 data sets of the published tables: layouts, templates and origins. */
@NullMarked
package org.kgcoop.data.published;

import org.jspecify.annotations.NullMarked;
