package org.kgcoop.serve.label;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.kgcoop.Messages;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Share;
import org.kgcoop.label.Status;
import org.kgcoop.label.UndoOffer;

/**
 * What is said about a session: on its page, in the terminal and in its report. A limit is rounded
 * away from the estimate, so that a sentence never claims more than was measured.
 */
public record LabelSentences(Status status, Accuracy accuracy) {
  private static final double TINY = 1e-9;

  /** Returns the accuracy in a few words. */
  public String header() {
    return switch (accuracy.state()) {
      case NOT_MEASURED -> "accuracy: not measured yet";
      case MEASURED -> accuracy.folder().map(LabelSentences::atLeast).orElse("");
      case ALL_LABELED -> "all labeled";
      case CHECKED ->
          accuracy.check().map(each -> "checked: at least " + floor(each.atLeast())).orElse("");
    };
  }

  /** Returns "at least 87 %". */
  public static String atLeast(Share share) {
    return "at least " + floor(share.atLeast());
  }

  /** Returns how the figure of the header was measured, or an empty text. */
  public String detail() {
    return accuracy
        .folder()
        .filter(share -> accuracy.state() == Accuracy.State.MEASURED)
        .map(
            share ->
                "estimate %s (%s), from %s"
                    .formatted(estimate(share), interval(share), sample(share)))
        .orElse("");
  }

  /** Returns the sentences at the end of a session. */
  public List<String> end() {
    List<String> lines = new ArrayList<>();
    lines.add(folder());
    if (!joined().isEmpty()) {
      lines.add(joined());
    }
    return lines;
  }

  private String folder() {
    return switch (accuracy.state()) {
      case NOT_MEASURED -> "Accuracy: not measured yet.";
      case MEASURED -> accuracy.folder().map(LabelSentences::measured).orElse("");
      case ALL_LABELED ->
          "You labeled all %s.".formatted(Messages.count(status.images(), "image", "images"));
      case CHECKED -> accuracy.check().map(LabelSentences::checked).orElse("");
    };
  }

  private static String measured(Share share) {
    return "At least %s of the labels agree with yours (estimate %s;"
            .formatted(floor(share.atLeast()), estimate(share))
        + " 95 %% interval: %s), from %s. Your own mistakes are not counted."
            .formatted(interval(share), sample(share));
  }

  private static String checked(Accuracy.Check check) {
    return "On a second look, you would keep at least %s of the labels, whoever gave them (%s of"
            .formatted(floor(check.atLeast()), check.kept())
        + " %s kept). The check cannot find a mistake that you make twice."
            .formatted(check.asked());
  }

  /** Returns what is said about images that joined and are not measured, or an empty text. */
  public String joined() {
    Accuracy.Joined joined = accuracy.joined();
    return joined.auditLeft() == 0
        ? ""
        : "%s joined; their accuracy is not measured yet (measure now: %s)"
            .formatted(
                Messages.count(joined.images(), "image", "images"),
                Messages.count(joined.auditLeft(), "image", "images"));
  }

  /** Returns the sentence that the target is reached. */
  public String target() {
    return String.format(Locale.ROOT, "The target of %.0f %% is reached.", 100 * status.target());
  }

  /** Returns what undo takes back. */
  public static String of(UndoOffer offer) {
    if (offer instanceof UndoOffer.Answers answers) {
      return Messages.count(answers.images(), "answer", "answers");
    }
    UndoOffer.ClassChange change = (UndoOffer.ClassChange) offer;
    return "the class “%s” was %s"
        .formatted(change.name(), change.change().name().toLowerCase(Locale.ROOT));
  }

  private static String floor(double share) {
    return (int) Math.floor(100 * share + TINY) + " %";
  }

  /** Returns the estimate in percent; 100 only if nothing was wrong. */
  private static String estimate(Share share) {
    long rounded = Math.round(100 * share.estimate());
    return (share.estimate() < 1 ? Math.min(99, rounded) : rounded) + " %";
  }

  private static String interval(Share share) {
    return "%s to %s"
        .formatted(
            (int) Math.floor(100 * share.low() + TINY), (int) Math.ceil(100 * share.high() - TINY));
  }

  private static String sample(Share share) {
    return Messages.count(share.sample(), "random image", "random images");
  }
}
