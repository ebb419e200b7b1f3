package org.kgcoop.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;
import org.kgcoop.tags.LearnedTag;

/**
 * What is known about a tag of a classifier.
 *
 * @param name the word
 * @param promise of 100 images that get the tag, so many are right at least; null if it was not
 *     measured
 * @param finds of 100 images that have the tag, so many get it at least; null if it was not
 *     measured
 * @param images the number of labeled images that reach its threshold, each with the score of a
 *     classifier that has not seen it
 * @param by how the promise was found: {@code folds}, {@code strict} or {@code checked}; {@code
 *     none} for a tag that no image gets
 * @param unknown true if labels were missing, so that the promise is too low
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record TagPromise(
    @JsonProperty("tag") String name,
    @Nullable Integer promise,
    @Nullable Integer finds,
    int images,
    String by,
    boolean unknown) {
  static TagPromise of(LearnedTag tag) {
    return new TagPromise(
        tag.name(),
        tag.promise(),
        tag.finds(),
        tag.images(),
        tag.by().isWritten() ? tag.by().id() : "none",
        tag.unknown());
  }
}
