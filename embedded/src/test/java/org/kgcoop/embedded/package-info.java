/** What must hold of the data that come with the program. */
@NullMarked
package org.kgcoop.embedded;

import org.jspecify.annotations.NullMarked;
