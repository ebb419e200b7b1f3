/**
 * Weight files and classifier files: from bytes on disk to named tensors and back, without native
 * code.
 *
 * <p>Start at {@link org.kgcoop.io.WeightFiles#open}. It detects the format from the content and
 * returns a {@link org.kgcoop.io.WeightFile}, a map from names to {@link
 * org.kgcoop.io.StoredTensor}. One class reads each format ({@link org.kgcoop.io.Safetensors},
 * {@link org.kgcoop.io.StateDicts}, {@link org.kgcoop.io.TorchScript}). Sizes are checked before
 * memory is allocated, and no name from a file is ever looked up or called. All files are written
 * with {@link org.kgcoop.files.AtomicFile}.
 */
@NullMarked
package org.kgcoop.io;

import org.jspecify.annotations.NullMarked;
