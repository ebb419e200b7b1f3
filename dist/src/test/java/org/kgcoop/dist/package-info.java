/** Tests of the archives of a release. */
@NullMarked
package org.kgcoop.dist;

import org.jspecify.annotations.NullMarked;
