/**
 * Pictures, class names and labels; knows no CLIP and no tensors. Start at {@link
 * org.kgcoop.data.DataSets} for reading a data set from disk, at {@link org.kgcoop.data.Images} and
 * {@link org.kgcoop.data.Transform} for the way from a picture file to normalised numbers, and at
 * {@link org.kgcoop.data.FewShot} for the draw of the shots.
 *
 * <p>Pictures are equal to what Pillow gives, byte for byte, because published features were made
 * from Pillow's pictures. Everything here that is random is a pure function of its seeds.
 */
@NullMarked
package org.kgcoop.data;

import org.jspecify.annotations.NullMarked;
