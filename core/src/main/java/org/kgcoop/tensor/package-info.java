/**
 * Native arrays with owners. {@link org.kgcoop.tensor.Tensor} is a thin handle on a LibTorch array;
 * {@link org.kgcoop.tensor.Scope} says how long it lives; {@link org.kgcoop.tensor.Autograd}
 * switches and takes gradients. The binding's classes stay inside this package.
 *
 * <p>Shape legend, used in comments and Javadoc everywhere: B batch, C classes, L text length, M
 * context vectors, W encoder width, E joint width, R resolution, N packed rows.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.tensor;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
