/**
 * Labeled images in parts, without CLIP and without tensors. Start at {@link
 * org.kgcoop.data.DataSet}, and at {@link org.kgcoop.data.FewShot} for few-shot samples. All random
 * choices are pure functions of their seeds.
 */
@NullMarked
package org.kgcoop.data;

import org.jspecify.annotations.NullMarked;
