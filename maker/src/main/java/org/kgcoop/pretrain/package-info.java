/**
 * Contrastive pretraining of a CLIP on drawings and captions. Start at {@link
 * org.kgcoop.pretrain.Pretraining}, the training loop. {@link org.kgcoop.pretrain.Corpus} contains
 * the training data, and {@link org.kgcoop.pretrain.Batches} samples from it. {@link
 * org.kgcoop.pretrain.Look} chooses the changes of a drawing, {@link org.kgcoop.pretrain.Renderer}
 * applies them, and {@link org.kgcoop.pretrain.Captions} describes them in words.
 *
 * <p>The result is an ordinary CLIP with any sizes of the two encoders, the weight names of
 * OpenAI's CLIP, a vocabulary, and the preprocessing next to the weights.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.pretrain;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
