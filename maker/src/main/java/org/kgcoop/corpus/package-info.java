/**
 * Makes images with captions from the icon drawings of the npm package {@code @iconify/json}: the
 * pretraining corpus of the embedded CLIP, and the embedded data sets.
 *
 * <p>Start at {@link org.kgcoop.corpus.Main}. {@link org.kgcoop.corpus.IconPackage} reads the
 * package. {@link org.kgcoop.corpus.Catalogue} selects drawings, names them and assigns each one to
 * a {@link org.kgcoop.corpus.Part}. {@link org.kgcoop.corpus.Renderer} makes bitmaps, and {@link
 * org.kgcoop.corpus.Twins} finds copies.
 */
@NullMarked
package org.kgcoop.corpus;

import org.jspecify.annotations.NullMarked;
