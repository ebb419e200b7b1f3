package org.kgcoop.label;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.kgcoop.runs.JournalEntry;

/**
 * The progress of a session.
 *
 * @param images the number of distinct images, without unreadable ones
 * @param read the number of images that were read so far
 * @param labeled the images with an answer other than {@link Labeling#SKIP}
 * @param none the images that show none of the classes
 * @param noneProposed the images that the program calls none of the classes
 * @param skipped the undecided images
 * @param auditSize the images of the first random draw
 * @param audited the answered images of the first random draw
 * @param steps the number of steps, without undone ones
 * @param folder the share of the folder that is right, by a person or the program
 * @param newImages the accuracy on new images like these; empty if images joined the folder
 * @param target the share at which the person can stop, from 0 to 1
 * @param agreement a sentence about repeated labels, or empty
 */
public record LabelStatus(
    List<ClassCount> classes,
    int images,
    int read,
    int labeled,
    int none,
    int noneProposed,
    int skipped,
    int auditSize,
    int audited,
    int steps,
    Optional<Audit.Share> folder,
    Optional<Audit.Share> newImages,
    double target,
    String agreement) {

  /**
   * A class.
   *
   * @param number identifies the class; it never changes
   * @param labeled the number of images that the person labeled, also in the audit
   * @param proposed the number of images that the program assigns to it
   */
  public record ClassCount(int number, String name, int labeled, int proposed) {}

  static LabelStatus of(LabelSession session, int read, boolean isSameFolder) {
    LabelState state = session.state();
    int[] numbers = state.classes();
    int[] labeled = new int[state.classCount()];
    int done = 0;
    int none = 0;
    int skipped = 0;
    int[] images =
        IntStream.range(0, state.images().size()).filter(i -> !state.isGone(i)).toArray();
    for (int image : images) {
      int answer = state.answer(image);
      done += answer >= JournalEntry.NONE ? 1 : 0;
      none += answer == JournalEntry.NONE ? 1 : 0;
      skipped += answer == JournalEntry.SKIP ? 1 : 0;
      if (answer >= 0) {
        labeled[answer]++;
      }
    }
    boolean canFit = numbers.length >= 2;
    int[] proposed = canFit ? session.head().proposedCounts() : new int[state.classCount() + 1];
    List<Integer> audit = state.firstDraw();
    SessionAccuracy accuracy = session.accuracy();
    return new LabelStatus(
        Arrays.stream(numbers)
            .mapToObj(c -> new ClassCount(c, state.name(c), labeled[c], proposed[c]))
            .toList(),
        images.length,
        read - (state.images().size() - images.length),
        done,
        none,
        proposed[state.classCount()],
        skipped,
        audit.size(),
        (int) audit.stream().filter(i -> state.answer(i) != LabelState.UNLABELED).count(),
        state.steps().size(),
        canFit ? accuracy.folder() : Optional.empty(),
        canFit && isSameFolder ? accuracy.newImages() : Optional.empty(),
        session.start().target() / 100,
        session
            .agreement()
            .map(
                each ->
                    "you agreed with yourself in %s of %s".formatted(each.equal(), each.images()))
            .orElse(""));
  }

  /** Returns true if the lower limit for the folder reaches the target. */
  public boolean canStop() {
    return folder.isPresent() && folder.get().low() >= target;
  }
}
