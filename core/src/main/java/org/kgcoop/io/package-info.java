/**
 * Weight and classifier files: bytes on disk to named tensors and back, without native code.
 *
 * <p>Start at {@link org.kgcoop.io.WeightFiles#open}: it looks at the content and gives a {@link
 * org.kgcoop.io.WeightFile}, a map from name to {@link org.kgcoop.io.StoredTensor}. One class reads
 * each format ({@link org.kgcoop.io.Safetensors}, {@link org.kgcoop.io.StateDicts}, {@link
 * org.kgcoop.io.TorchScript}); {@link org.kgcoop.io.ReleasedNames} brings all to the tensor names
 * that CLIP was released with. Sizes are checked before anything is allocated, and nothing that a
 * file names is ever looked up or called. Every write goes through {@link
 * org.kgcoop.files.AtomicFile}.
 */
@NullMarked
package org.kgcoop.io;

import org.jspecify.annotations.NullMarked;
