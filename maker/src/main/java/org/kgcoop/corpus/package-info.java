/**
 * Makes images with captions out of the icon drawings of the npm package {@code @iconify/json}: the
 * pre-training corpus of the embedded CLIP and the embedded data sets.
 *
 * <p>Start at {@link org.kgcoop.corpus.Main}. {@link org.kgcoop.corpus.IconPackage} reads the
 * package, {@link org.kgcoop.corpus.Catalogue} decides which drawings are used, what they are
 * called and to which {@link org.kgcoop.corpus.Part} they belong, {@link
 * org.kgcoop.corpus.Renderer} makes bitmaps of them and {@link org.kgcoop.corpus.Twins} keeps
 * copies apart.
 */
@NullMarked
package org.kgcoop.corpus;

import org.jspecify.annotations.NullMarked;
