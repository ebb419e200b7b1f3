/** Tests of the archives of a release, as {@code package} leaves them. */
@NullMarked
package org.kgcoop.dist;

import org.jspecify.annotations.NullMarked;
