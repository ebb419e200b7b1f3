/** Tests of the embedded data. */
@NullMarked
package org.kgcoop.embedded;

import org.jspecify.annotations.NullMarked;
