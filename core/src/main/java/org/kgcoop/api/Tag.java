package org.kgcoop.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.kgcoop.tags.LearnedTag;

/**
 * A tag of an image: a word that the image has or has not.
 *
 * @param name the word
 * @param score comparable between images, and not between tags; no probability
 * @param threshold the lowest score of an image that gets the tag
 * @param written true if the image gets the tag: its score reaches the threshold, and the promise
 *     of the tag is good enough
 */
public record Tag(
    @JsonProperty("tag") String name, float score, double threshold, boolean written) {
  static Tag of(LearnedTag tag, float score) {
    return new Tag(tag.name(), score, tag.threshold(), tag.isReachedBy(score));
  }
}
