@NullMarked
package org.kgcoop.maker;

import org.jspecify.annotations.NullMarked;
