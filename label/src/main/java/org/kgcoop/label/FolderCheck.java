package org.kgcoop.label;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.kgcoop.journal.JournalEntry;

/**
 * A check of the whole folder.
 *
 * @param images the number of drawn images
 * @param audit the answered audit images in place of images that nobody had labeled
 * @param labels the answer of each image when the check was drawn
 * @param isKept by answered image, true if its label was kept
 * @param undecided the images whose answer differs from the label
 * @param changed the images whose label was changed later, by other answers
 */
record FolderCheck(
    int images,
    List<Integer> asked,
    List<Integer> audit,
    List<Integer> labels,
    Map<Integer, Boolean> isKept,
    Set<Integer> undecided,
    Set<Integer> changed) {
  /**
   * Adds an answer.
   *
   * @return true if it is the label now
   */
  boolean answer(int image, int current, int label, boolean isCorrected) {
    if (labels.get(image) < JournalEntry.NONE) { // nobody had labeled it
      isKept.put(image, !isCorrected && label != JournalEntry.SKIP);
      return true;
    }
    boolean isDecision = undecided.remove(image);
    isKept.put(image, current == label);
    if (!isDecision && current != label && label != JournalEntry.SKIP) {
      undecided.add(image);
    }
    return isDecision && label != JournalEntry.SKIP;
  }

  /** Returns the images to ask: without an answer, or with one that differs from the label. */
  List<Integer> left(IntPredicate isGone) {
    return asked.stream()
        .filter(i -> !isGone.test(i) && (!isKept.containsKey(i) || undecided.contains(i)))
        .toList();
  }

  /** Returns the number of asked images whose label was kept. */
  int kept() {
    return Collections.frequency(isKept.values(), true);
  }
}
