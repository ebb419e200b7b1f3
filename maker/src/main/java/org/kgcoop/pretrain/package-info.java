/**
 * Contrastive pre-training of a CLIP from drawings and captions. Start at {@link
 * org.kgcoop.pretrain.Pretraining}, the loop. {@link org.kgcoop.pretrain.Corpus} is what is learned
 * from, {@link org.kgcoop.pretrain.Batches} draws from it, {@link org.kgcoop.pretrain.Look} says
 * how a drawing is changed, {@link org.kgcoop.pretrain.Renderer} changes it and {@link
 * org.kgcoop.pretrain.Captions} tells in words what was done.
 *
 * <p>The result is an ordinary CLIP: every size of the two encoders, released names, a vocabulary
 * and the preprocessing beside the weights.
 */
@NullMarked
@CheckReturnValue
package org.kgcoop.pretrain;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
