package org.kgcoop.label;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The results and their files. The list comes from the head of the session, which the audit
 * measured. The classifier is another one: it is chosen and trained as {@code adapt} does.
 *
 * @param results the class of every readable image, as {@link Labeling#results}
 * @param labels the file that lists them
 * @param classifier the trained classifier; empty if the labels do not suffice
 * @param problem why there is no classifier, otherwise empty
 * @param compared the images, at most 2,000, that the person did not label and that the classifier
 *     classified, too
 * @param agreeing those with the same class in the list
 */
public record Written(
    List<LabeledImage> results,
    Path labels,
    Optional<Path> classifier,
    String problem,
    int compared,
    int agreeing) {
  public Written {
    results = List.copyOf(results);
  }
}
