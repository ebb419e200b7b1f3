package org.kgcoop.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.Messages;
import org.kgcoop.clip.KnownWeights;
import org.kgcoop.clip.ReleasedClip;
import org.kgcoop.eval.Calibration;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Labels.Origin;

/** What the command and the report say about an adaptation. */
public record AdaptSentences(AdaptRecord record) {
  /** The width of an interval, in percentage points, that needs an explanation. */
  private static final double WIDE = 50;

  /**
   * Zero-shot CLIP is weak below this percentage: OpenAI's ViT-B/32 has 62.5 % on ten usual sets.
   */
  private static final double WEAK = 60;

  /** The percentage of new images of classes that nobody drew that is worth a sentence. */
  private static final double MANY_NEW_CLASSES = 5;

  /**
   * Describes the number of training images: {@code 137 images of 6 classes, 8 to 52 per class}, or
   * {@code 32 of 137 images, because of --minutes, of 6 classes, 4 to 6 per class}.
   */
  public String learnedFrom() {
    AdaptRecord.Images images = record.images();
    return "%s%s images%s of %s classes, %s%s per class"
        .formatted(
            images.count(),
            images.count() < images.available() ? " of " + images.available() : "",
            record.plan().perClass() > 0 ? ", because of --minutes," : "",
            images.classes(),
            images.fewest() == images.most() ? "" : images.fewest() + " to ",
            images.most());
  }

  /** Describes the threshold, the temperature and the images of no class, one sentence each. */
  public List<String> calibration() {
    AdaptRecord.Calibrated found = record.result().calibration();
    if (found == null) {
      return List.of();
    }
    Calibration.Rejection rejection = found.rejection();
    AdaptRecord.Unknown unknown = found.unknown();
    List<String> sentences = new ArrayList<>();
    sentences.add(
        Formats.text(
                "Below %.1f %%, treat an image as none of these: this keeps %.0f %% of images of your"
                    + " classes (95 %%: %.0f to %.0f).",
                100 * rejection.threshold(),
                100 * rejection.keeps(),
                100 * rejection.low(),
                100 * rejection.high())
            + (unknown == null
                ? " Without examples of other images (--unknown), kgcoop cannot say how many"
                    + " others it rejects; in our measurements 23 %."
                : ""));
    sentences.add(
        found.temperature() == 1
            ? "No temperature was found with the held-out images. Probabilities may be too high or too"
                + " low."
            : Formats.text(
                "Probabilities are calibrated by the temperature %.3g, found with %d held-out"
                    + " images.",
                found.temperature(), found.images()));
    if (unknown != null) {
      sentences.add(
          Formats.text(
              "Of %d images of no class, the threshold accepts %.1f %%; AUROC against held-out"
                  + " images: %.3f.",
              unknown.images(), 100 * unknown.accepted(), unknown.auroc()));
    }
    return sentences;
  }

  /**
   * Describes the expected accuracy, and what it depends on. The list is empty until the accuracy
   * is known.
   */
  public List<String> expectations() {
    AdaptRecord.Result result = record.result();
    AdaptRecord.Labels labels = record.labels();
    AdaptRecord.Images images = record.images();
    if (record.choice() == null || result.classes().isEmpty()) {
      return List.of();
    }
    List<String> sentences = new ArrayList<>();
    if (labels.areChosen() && result.expected() == null) {
      sentences.add(
          labels.proposals() > 0
              ? ("Accuracy: unknown. %s of %s labels are proposals of a classifier that nobody"
                      + " changed. Check the labels, and then delete %s or use --labels random.")
                  .formatted(labels.proposals(), images.available(), labels.source())
              : "Accuracy: unknown. The labels were chosen, so cross-validation would be wrong by up"
                  + " to 20 points. Label 50 random images.");
      return sentences;
    }
    sentences.add(
        "This is about images from the same sources. kgcoop cannot see a mark or background that"
            + " only one class has here.");
    sentences.addAll(doubts());
    newImages().ifPresent(sentences::add);
    if (images.isUnbalanced()) {
      add(
          sentences,
          "new images, if every class is equally frequent",
          result.expectedBalanced(),
          "");
    }
    add(sentences, "new images of the unseen classes", result.expectedUnseen(), "");
    if (result.expectedUnseen() != null
        && result.expectedUnseen().high() - result.expectedUnseen().low() > WIDE) {
      sentences.add("This range is wide, because your classes differ much.");
    }
    if (labels.origin() == Origin.UNSTATED) {
      sentences.add(
          "This holds if you labeled images as they came. If a program or you chose them, use"
              + " --labels chosen.");
    }
    return sentences;
  }

  /**
   * Returns the expected accuracy on new images in one sentence. Images of none of the classes have
   * no part in an audit, so its sentence is about images of the classes.
   */
  public Optional<String> newImages() {
    AdaptRecord.Accuracy expected = record.result().expected();
    boolean isAudit = record.labels().areChosen();
    String mix = record.images().isUnbalanced() ? ", with classes as frequent as here" : "";
    List<String> sentence = new ArrayList<>();
    add(
        sentence,
        (isAudit ? "new images of these classes" : "new images like these") + mix,
        expected,
        isAudit && expected != null ? ", from %s random images".formatted(expected.images()) : "");
    return sentence.stream().findFirst();
  }

  /** Warns of images that resemble others, as those of a burst do. */
  public Optional<String> similar() {
    AdaptRecord.Similar similar = record.images().copies().similar();
    return Optional.ofNullable(similar)
        .map(
            some ->
                ("%s of %s images resemble an image that is not in their group, such as %s and %s."
                        + " If they show the same thing, as in a burst, fewer new images are right"
                        + " than expected.")
                    .formatted(
                        some.images(), record.images().count(), some.first(), some.second()));
  }

  /**
   * Names newer weights if OpenAI's classify these images badly without training.
   *
   * @param weights the path of the CLIP weights
   */
  public Optional<String> newerWeights(String weights) {
    double zeroShot = record.value(ZeroShot.ID);
    boolean first =
        ReleasedClip.ALL.stream().anyMatch(clip -> Path.of(weights).endsWith(clip.fileName()));
    return first && zeroShot < WEAK && !record.isForUnseen()
        ? Optional.of(
            Formats.text(
                "Without training, these weights of OpenAI classify only %.1f %% of the images"
                    + " correctly. Newer weights may help, such as --clip %s.",
                zeroShot, KnownWeights.FOR_PHOTOS))
        : Optional.empty();
  }

  /** Returns the reasons why the expected accuracy may not hold for these images. */
  public List<String> doubts() {
    AdaptRecord.Result result = record.result();
    AdaptRecord.Labels labels = record.labels();
    AdaptRecord.Images images = record.images();
    List<String> doubts = new ArrayList<>();
    if (record.choice() == null || (labels.areChosen() && result.expected() == null)) {
      return doubts;
    }
    AdaptRecord.FewObjects objects = images.objects();
    if (objects != null) {
      doubts.add(
          Formats.text(
              "These images seem to show few objects or backgrounds, about %.1f per class. The"
                  + " expected accuracy is for other ones. For the same ones it is about %.0f points"
                  + " higher, and the range covers both. Probabilities and threshold are for these.",
              objects.perClass(), objects.fall()));
    }
    similar().ifPresent(doubts::add);
    int contradictions = images.copies().contradictions().size();
    if (contradictions > 0) {
      doubts.add(
          ("%s of equal or nearly equal images have two labels. If one of them is wrong, the figures"
                  + " expect such labels of new images, too.")
              .formatted(Messages.count(contradictions, "pair", "pairs")));
    }
    double newClasses = 100 * images.newClasses();
    if (newClasses >= MANY_NEW_CLASSES && !labels.areChosen()) {
      String why =
          "%s of %s are the only one of their class"
              .formatted(images.single().size(), images.groups());
      doubts.add(
          labels.origin() == Origin.RANDOM
              ? Formats.text(
                  "About %.0f %% of new images show classes that are not here, because %s. The"
                      + " figures count them as wrong.",
                  newClasses, why)
              : Formats.text(
                  "If you drew the images at random, about %.0f %% of new images show classes that"
                      + " are not here, because %s. The figures leave them out; --labels random"
                      + " counts them.",
                  newClasses, why));
    }
    if (record.isForUnseen()) {
      doubts.add(
          result.expectedUnseen() == null
              ? "The accuracy on the unseen classes is unknown: their names are of another kind than"
                  + " those of your classes, which were hidden to measure it."
              : "Some of your classes were hidden to measure the accuracy on unseen classes. It does"
                  + " not hold for names of another kind.");
    }
    AdaptRecord.Accuracy expected = result.expected();
    if (expected != null && expected.low() <= 100.0 / images.classes()) {
      doubts.add("The images do not show that any method is better than guessing.");
    }
    return doubts;
  }

  private static void add(
      List<String> sentences, String what, AdaptRecord.@Nullable Accuracy expected, String from) {
    if (expected != null) {
      sentences.add(
          Formats.text(
              "Of %d %s, expect %.0f right (95 %%: %s)%s.",
              AdaptRecord.NEW_IMAGES, what, expected.accuracy(), Formats.range(expected), from));
    }
  }
}
