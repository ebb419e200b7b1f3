/**
 * Image features: images through decoding, transform and the frozen image tower, and which view of
 * an image an epoch sees.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.bank;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
