/**
 * The texts around class names, their learned vectors, and what makes class features of both.
 * {@link org.kgcoop.prompt.PromptText} arranges tokens and vectors, {@link
 * org.kgcoop.prompt.TextFeatures} runs them through the text encoder, forward and backward; {@link
 * org.kgcoop.prompt.ContextModel} trains a context for any loss. No method is known here.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.prompt;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
