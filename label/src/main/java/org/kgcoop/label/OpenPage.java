package org.kgcoop.label;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.kgcoop.label.LabelSession.Proposal;
import org.kgcoop.label.SessionHead.Guess;

/**
 * A proposal that a person was given, and what is left of it. {@link Page} is what this person sees
 * of it at the moment.
 *
 * @param number identifies the page in answers
 * @param guesses of the program by image, when the page was made
 * @param steps the steps of the last answers by image, when the page was made
 * @param left the images without an answer of this page; answers remove theirs
 * @param former the answers of its images that were taken back
 * @param isAgain true if it shows images again
 */
record OpenPage(
    int number,
    Proposal proposal,
    Map<Integer, Guess> guesses,
    Map<Integer, Integer> steps,
    Set<Integer> left,
    Map<Integer, Integer> former,
    boolean isAgain) {
  /** Returns the proposal with the images that are left. */
  Proposal rest() {
    return proposal.of(List.copyOf(left));
  }
}
