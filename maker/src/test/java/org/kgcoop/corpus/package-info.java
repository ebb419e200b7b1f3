/** Tests of the builder with made-up drawings, without network and packages. */
@NullMarked
package org.kgcoop.corpus;

import org.jspecify.annotations.NullMarked;
