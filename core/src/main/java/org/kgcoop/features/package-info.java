/**
 * Image features: decoding, transform and the frozen image encoder, and the view of an image in
 * each epoch.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.features;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
