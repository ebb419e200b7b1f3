/**
 * Native arrays with owners. {@link org.kgcoop.tensor.Tensor} is a thin handle of a LibTorch array,
 * {@link org.kgcoop.tensor.Scope} determines its lifetime, and {@link org.kgcoop.tensor.Autograd}
 * controls and computes gradients. The classes of the binding stay inside this package.
 *
 * <p>Shape legend, used in comments and Javadoc everywhere: B batch, C classes, L text length, M
 * context vectors, W encoder width, E joint width, R resolution, N packed rows.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.tensor;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
