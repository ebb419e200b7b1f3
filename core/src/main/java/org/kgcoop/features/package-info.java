/**
 * Image features: images through decoding, transform and the frozen image encoder, and which view
 * of an image an epoch sees.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.cache;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
