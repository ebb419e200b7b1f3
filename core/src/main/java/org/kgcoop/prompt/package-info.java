/**
 * The methods: each turns unit image features into logits, and the learned ones tune the vectors
 * around a class name. One file a method ({@link org.kgcoop.prompt.CoOp}, {@link
 * org.kgcoop.prompt.CoCoOp}, {@link org.kgcoop.prompt.ProGrad}, {@link org.kgcoop.prompt.KgCoOp},
 * {@link org.kgcoop.prompt.ZeroShot}), one line each in {@link org.kgcoop.prompt.MethodCatalogue};
 * what they share stands beside them: {@link org.kgcoop.prompt.PromptText}, {@link
 * org.kgcoop.prompt.Context}, {@link org.kgcoop.prompt.TextFeatures}.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.prompt;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
