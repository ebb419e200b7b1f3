/**
 * Images as Pillow reads them, byte for byte, because published features were computed from
 * Pillow's images. {@link org.kgcoop.image.Images} selects the decoder by the content of a file.
 */
@NullMarked
package org.kgcoop.image;

import org.jspecify.annotations.NullMarked;
