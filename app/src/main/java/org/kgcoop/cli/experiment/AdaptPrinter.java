package org.kgcoop.cli.experiment;

import static org.kgcoop.cli.console.TextTable.left;
import static org.kgcoop.cli.console.TextTable.right;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.TextTable;
import org.kgcoop.method.Probe;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.report.AdaptSentences;
import org.kgcoop.runs.AdaptRecord;

/** The printed result of an adaptation. */
final class AdaptPrinter {
  private static final int MAX_SUSPECTS = 20;

  private final Output output;

  AdaptPrinter(Output output) {
    this.output = output;
  }

  /**
   * Prints the images, the compared methods, the choice and what to expect of it.
   *
   * @param weights the path of the CLIP weights
   */
  void print(AdaptRecord record, String weights) {
    AdaptSentences sentences = new AdaptSentences(record);
    output.print(sentences.learnedFrom());
    print(record.images());
    output.text(
        TextTable.of(
            record.candidates(),
            List.of(
                left("method", AdaptRecord.Candidate::title),
                right(record.isForUnseen() ? "H" : "accuracy", c -> number(c.value())),
                right("behind", c -> number(c.behind())),
                right("p", c -> number(c.pValue())),
                right("seconds", c -> c.isMeasured() ? number(c.seconds()) : ""),
                left("", AdaptRecord.Candidate::reason))));
    AdaptRecord.Choice choice = record.choice();
    if (choice != null) {
      output.print("chosen: " + choice.title() + ". " + choice.why());
    }
    print(record.result().suspects());
    if (!record.noSuspects().isEmpty()) {
      output.print(record.noSuspects());
    }
    sentences.calibration().forEach(output::print);
    if (!record.irreproducible().isEmpty()) {
      output.print("not reproducible: " + record.irreproducible());
    }
    gain(record).ifPresent(output::print);
    sentences.newerWeights(weights).ifPresent(output::print);
    sentences.expectations().forEach(output::print);
    AdaptRecord.Accuracy test = record.result().test();
    if (test != null) {
      output.printf(
          "Measured on %d test images, which had no part in this: %.1f %% right (95 %%: %.1f to"
              + " %.1f)",
          test.images(), test.accuracy(), test.low(), test.high());
    }
  }

  /** Relates zero-shot CLIP, a linear probe and the chosen method in one sentence. */
  private static Optional<String> gain(AdaptRecord record) {
    AdaptRecord.Choice choice = record.choice();
    double zeroShot = record.value(ZeroShot.ID);
    if (choice == null || record.isForUnseen() || Double.isNaN(zeroShot)) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    parts.add(
        "CLIP classifies %s %% of held-out images correctly without training"
            .formatted(percent(zeroShot)));
    double probe = record.value(Probe.ID);
    if (!Double.isNaN(probe) && !choice.method().equals(Probe.ID)) {
      parts.add("a linear probe %s %%".formatted(percent(probe)));
    }
    double chosen = record.value(choice.method());
    if (!Double.isNaN(chosen) && !choice.method().equals(ZeroShot.ID)) {
      parts.add("the chosen %s %s %%".formatted(choice.title(), percent(chosen)));
    }
    return Optional.of(String.join(", ", parts) + ".");
  }

  private static String percent(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  private void print(List<AdaptRecord.Suspect> suspects) {
    if (suspects.isEmpty()) {
      return;
    }
    output.printf(
        "labels that may be wrong: %s; expect up to one in three to be right, and more if the"
            + " classifier is often wrong; list the wrong ones in a file for --exclude",
        suspects.size());
    output.text(
        TextTable.of(
            suspects.subList(0, Math.min(MAX_SUSPECTS, suspects.size())),
            List.of(
                left("image", AdaptRecord.Suspect::image),
                left("given label", AdaptRecord.Suspect::given),
                left("likely label", AdaptRecord.Suspect::likely),
                right("probability of the given, %", each -> percent(100 * each.confidence())))));
  }

  private void print(AdaptRecord.Images images) {
    if (images.unchecked() > 0) {
      output.warn(
          "images that there was no time to read: %s; give more --minutes"
              .formatted(images.unchecked()));
    }
    AdaptRecord.Copies copies = images.copies();
    if (copies.repeated() > 0) {
      output.print("copies of other images, left out: " + copies.repeated());
    }
    if (copies.near() > 0) {
      output.print("near copies, held out together: " + copies.near());
    }
    List<String> contradictions = copies.contradictions();
    if (!contradictions.isEmpty()) {
      output.warn(
          "images or near copies in two classes: %s, such as %s"
              .formatted(contradictions.size(), contradictions.get(0)));
    }
    if (!images.single().isEmpty()) {
      output.warn(
          "classes with one image or group, which cannot be held out: "
              + Messages.firstOf(images.single()));
    }
    if (!copies.inTest().isEmpty()) {
      output.warn(
          "test images that repeat a training image, not measured: "
              + Messages.firstOf(copies.inTest()));
    }
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : TextTable.number(value);
  }
}
