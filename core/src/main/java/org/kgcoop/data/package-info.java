/**
 * Labeled images in parts, without a CLIP and without tensors. Start at {@link
 * org.kgcoop.data.open.DataSets} for reading a data set from disk and at {@link
 * org.kgcoop.data.FewShot} for the draw of the shots. Everything here that is random is a pure
 * function of its seeds.
 */
@NullMarked
package org.kgcoop.data;

import org.jspecify.annotations.NullMarked;
