/**
 * Texts around class names, their context vectors, and the resulting class features. {@link
 * org.kgcoop.prompt.PromptText} arranges tokens and vectors. {@link org.kgcoop.prompt.TextFeatures}
 * runs them through the text encoder, forward and backward. {@link org.kgcoop.prompt.ContextModel}
 * trains a context with any loss. The package depends on no method.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.prompt;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
