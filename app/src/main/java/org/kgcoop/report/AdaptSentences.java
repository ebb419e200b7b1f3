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
import org.kgcoop.eval.Interval;
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
                "If the top probability is below %.1f %%, reject the image. This threshold accepts"
                    + " %.0f %% of images of your classes (95 %%: %.0f to %.0f).",
                100 * rejection.threshold(),
                100 * rejection.keeps(),
                100 * rejection.low(),
                100 * rejection.high())
            + (unknown == null
                ? " To measure how many other images it rejects, give examples with --unknown DIR."
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
              "Of %d images of none of your classes, the threshold accepts %.1f %%; AUROC against"
                  + " held-out images: %.3f.",
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
        "The estimate holds for new images from the same sources. It is too high if all images of a"
            + " class share one object, background, date or watermark that new images do not have."
            + " kgcoop cannot see this.");
    sentences.addAll(doubts());
    add(
        sentences,
        images.isUnbalanced()
            ? "new images like these, with the same mix of classes"
            : "new images like these",
        result.expected(),
        labels.areChosen() && result.expected() != null
            ? ", from %s random images".formatted(result.expected().images())
            : "");
    if (images.isUnbalanced()) {
      add(sentences, "new images, with equally frequent classes", result.expectedBalanced(), "");
    }
    add(sentences, "new images of the unseen classes", result.expectedUnseen(), "");
    AdaptRecord.Accuracy unseen = result.expectedUnseen();
    if (unseen != null && !unseen.saysLittle() && unseen.high() - unseen.low() > WIDE) {
      sentences.add("This range is wide because your classes differ a lot.");
    }
    if (labels.origin() == Origin.UNSTATED) {
      sentences.add(
          "This holds if you labeled all images, or a random sample. If you or a program chose"
              + " them, use --labels chosen.");
    }
    return sentences;
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
    if (!images.oneObject().isEmpty()) {
      doubts.add(
          ("In %s of %s classes, all images show one object. The accuracy on other objects is"
                  + " unknown.")
              .formatted(images.oneObject().size(), images.classes()));
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
    int contradictions = images.copies().contradictions().size();
    if (contradictions > 0) {
      doubts.add(
          ("%s of equal or nearly equal images have two labels, of which one may be wrong. The"
                  + " estimate leaves these images out.")
              .formatted(Messages.count(contradictions, "pair", "pairs")));
    }
    double newClasses = 100 * images.newClasses();
    if (newClasses >= MANY_NEW_CLASSES && !labels.areChosen()) {
      String why =
          "%s of %s images are the only one of their class"
              .formatted(images.onlyOnes(), images.count());
      doubts.add(
          labels.origin() == Origin.RANDOM
              ? Formats.text(
                  "About %.0f %% of new images show classes that are not here, because %s. The"
                      + " estimate counts them as wrong.",
                  newClasses, why)
              : Formats.text(
                  "If you drew the images at random, about %.0f %% of new images show classes that"
                      + " are not here, because %s. The estimate leaves them out; --labels random"
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
    if (isLikeGuessing()) {
      doubts.add("The images do not show that any method is better than guessing.");
    }
    return doubts;
  }

  /**
   * Returns true if the held-out images do not show that the method is better than guessing. If
   * they show few objects, the expected accuracy is for others, and its range too wide to tell.
   */
  private boolean isLikeGuessing() {
    AdaptRecord.Result result = record.result();
    double guessed = 1.0 / record.images().classes();
    int asked = result.classes().stream().mapToInt(AdaptRecord.OfClass::asked).sum();
    if (record.images().objects() != null && asked > 0) {
      int right = result.classes().stream().mapToInt(AdaptRecord.OfClass::right).sum();
      return Interval.ofShare(right, asked, 0.95).low() <= guessed;
    }
    return result.expected() != null && result.expected().low() <= 100 * guessed;
  }

  private static void add(
      List<String> sentences, String what, AdaptRecord.@Nullable Accuracy expected, String from) {
    if (expected != null && expected.saysLittle()) {
      sentences.add(
          "There are too few images to say how many of %s %s are right."
              .formatted(AdaptRecord.NEW_IMAGES, what));
    } else if (expected != null) {
      sentences.add(
          Formats.text(
              "Of %d %s, expect %.0f right (95 %%: %.0f to %.0f)%s.",
              AdaptRecord.NEW_IMAGES,
              what,
              expected.accuracy(),
              expected.low(),
              expected.high(),
              from));
    }
  }
}
