package org.kgcoop.label;

import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import org.kgcoop.runs.JournalEntry;

/** The accuracy of a session, measured on the images of its audit. */
final class SessionAccuracy {
  private final LabelState state;
  private final SessionHead head;
  private final IntSupplier batch;

  /**
   * Creates the measurement.
   *
   * @param batch the number of audit images that are asked together
   */
  SessionAccuracy(LabelState state, SessionHead head, IntSupplier batch) {
    this.state = state;
    this.head = head;
    this.batch = batch;
  }

  /**
   * Returns the share of the folder that is right, or nothing before an audit image is answered.
   * Images that are not read yet are a part of the folder: the audit was drawn from them, too.
   */
  Optional<Audit.Share> folder() {
    int images = 0;
    int remaining = 0;
    int sample = 0;
    int wrong = 0;
    int unresolved = 0; // skipped, or passed without an answer
    for (int i = 0; i < state.images().size(); i++) {
      if (state.isGone(i)) {
        continue;
      }
      images++;
      int answer = state.answer(i);
      boolean isSkipped = answer == JournalEntry.SKIP;
      if (!state.isAudit(i) || state.isPassed(i)) {
        boolean open = answer == LabelState.UNLABELED;
        remaining += open && !state.isPassed(i) ? 1 : 0;
        unresolved += isSkipped || (open && state.isPassed(i)) ? 1 : 0;
        continue;
      }
      remaining++;
      if (isAnswered(i)) {
        sample++;
        wrong += isSkipped || !isRight(i) ? 1 : 0;
        unresolved += isSkipped ? 1 : 0;
      }
    }
    boolean isMeasured = state.audit().stream().anyMatch(state::isLabeled);
    return images == 0 || (!isMeasured && remaining > 0)
        ? Optional.empty()
        : Optional.of(Audit.folder(wrong, sample, remaining, unresolved, images));
  }

  /**
   * Returns the accuracy on new images, or nothing before a fifth of the audit is answered. It
   * counts whole fifths of the random order. Images that are answered early because they were
   * passed are more difficult than others.
   */
  Optional<Audit.Share> newImages() {
    List<Integer> order = state.firstDraw();
    int answered = 0;
    while (answered < order.size() && isAnswered(order.get(answered))) {
      answered++;
    }
    int fifth = batch.getAsInt();
    List<Integer> sample =
        order.subList(0, answered == order.size() ? answered : answered / fifth * fifth);
    return sample.isEmpty()
        ? Optional.empty()
        : Optional.of(
            Audit.newImages((int) sample.stream().filter(this::isRight).count(), sample.size()));
  }

  /** Returns true for an answered image that is read. Images of a later draw may be unread. */
  private boolean isAnswered(int image) {
    return state.answer(image) != LabelState.UNLABELED && head.isInPool(image);
  }

  private boolean isRight(int image) {
    int answer = state.answer(image);
    return (state.isSeen(answer) || head.hasExample(answer)) && head.predicted(image) == answer;
  }
}
