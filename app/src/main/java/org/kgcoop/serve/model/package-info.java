/** Models that requests share, and the places in which their images are decoded and encoded. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve.model;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
