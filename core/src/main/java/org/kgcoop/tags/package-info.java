/**
 * Tags: words that an image has or has not, any number of them per image. {@link
 * org.kgcoop.tags.TagHead} scores the tags of an image, and {@link org.kgcoop.tags.TagMeasurement}
 * finds the score from which on a tag is written, with a promise.
 */
@NullMarked
package org.kgcoop.tags;

import org.jspecify.annotations.NullMarked;
