package org.kgcoop.label;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.journal.JournalEntry;

/**
 * The progress of a session.
 *
 * @param images the number of distinct images, without unreadable ones
 * @param read the number of images that were read so far
 * @param labeled the images with an answer other than {@link Labeling#SKIP}
 * @param none the images that show none of the classes
 * @param noneProposed the images that the program calls none of the classes
 * @param skipped the undecided images
 * @param auditSize the random images that measure the accuracy
 * @param audited those of them that are answered
 * @param steps the number of answers, without those that were taken back
 * @param joined the images that joined and whose accuracy is not measured yet
 * @param target the share at which the person can stop, from 0 to 1
 * @param canStop true if the lower limit for the folder reaches the target
 * @param unreadable the images that cannot be read so far
 */
public record Status(
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
    int joined,
    double target,
    boolean canStop,
    List<Path> unreadable) {
  public Status {
    classes = List.copyOf(classes);
    unreadable = List.copyOf(unreadable);
  }

  /**
   * A class.
   *
   * @param number identifies the class; it never changes
   * @param labeled the number of images that the person labeled, also in the audit
   * @param proposed the number of images that the program assigns to it
   */
  public record ClassCount(int number, String name, int labeled, int proposed) {}

  static Status of(LabelSession session, Accuracy accuracy, int read, List<Path> unreadable) {
    LabelState state = session.state();
    int[] images =
        IntStream.range(0, state.images().size()).filter(i -> !state.isGone(i)).toArray();
    Map<Integer, Integer> answers = new HashMap<>();
    for (int image : images) {
      answers.merge(state.answer(image), 1, Integer::sum);
    }
    int none = answers.getOrDefault(JournalEntry.NONE, 0);
    int skipped = answers.getOrDefault(JournalEntry.SKIP, 0);
    boolean canFit = state.canFit();
    Map<Integer, Integer> proposed = canFit ? session.head().proposedCounts() : Map.of();
    List<Integer> audit = state.audit().all();

    double target = session.start().target() / 100;
    return new Status(
        Arrays.stream(state.classes())
            .mapToObj(
                number ->
                    new ClassCount(
                        number,
                        state.name(number),
                        answers.getOrDefault(number, 0),
                        proposed.getOrDefault(number, 0)))
            .toList(),
        images.length,
        read - (state.images().size() - images.length),
        images.length - skipped - answers.getOrDefault(LabelState.UNLABELED, 0),
        none,
        proposed.getOrDefault(JournalEntry.NONE, 0),
        skipped,
        audit.size(),
        (int) audit.stream().filter(state::isAnswered).count(),
        state.answers(),
        accuracy.joined().images(),
        target,
        accuracy.folder().isPresent() && accuracy.folder().get().atLeast() >= target,
        unreadable);
  }
}
