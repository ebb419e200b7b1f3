/** Classifiers behind HTTP: what a request may be, who may ask, and how requests share the CLIP. */
@NullMarked
@CheckReturnValue
package org.kgcoop.serve;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
