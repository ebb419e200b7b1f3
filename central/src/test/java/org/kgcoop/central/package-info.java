/** Tests of the bundle for Maven Central. */
@NullMarked
package org.kgcoop.central;

import org.jspecify.annotations.NullMarked;
