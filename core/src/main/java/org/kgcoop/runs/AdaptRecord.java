package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.JsonFiles;

/**
 * The course of an adaptation: {@code adapt.json} in its folder. Written when it is planned, after
 * each candidate, and at the end.
 *
 * @param settings all that decides the outcome
 * @param plan what the time allows
 * @param images what was looked at
 * @param candidates in the order of the short list, as far as they were tried
 * @param choice null until it is made
 * @param expected the accuracy of the chosen method on {@link #NEW_IMAGES} more images of the
 *     learned classes, with the interval in which 95 % of such accuracies lie; null until it is
 *     known
 * @param expectedUnseen the same for classes without images; null where none are to come
 * @param classes the learned classes with what the chosen method did on their held-out images
 * @param mistakes the held-out images that the chosen method did not recognize
 * @param test the accuracy of the choice on the data set's own test images, which had no part in
 *     it; null where there are none
 * @param calibration of the probabilities of the chosen method; null until it is known
 * @param suspects images whose label may be wrong, the most suspicious first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AdaptRecord(
    JsonNode settings,
    Plan plan,
    Images images,
    List<Candidate> candidates,
    @Nullable Choice choice,
    @Nullable Interval expected,
    @Nullable Interval expectedUnseen,
    List<OfClass> classes,
    List<Mistake> mistakes,
    @Nullable Interval test,
    @Nullable Calibrated calibration,
    List<Suspect> suspects) {

  /** The number of new images that an expected accuracy speaks of. */
  public static final int NEW_IMAGES = 100;

  /** The file in the folder of an adaptation. */
  public static final String FILE = "adapt.json";

  /** The folder in it where runs are compared, until the end. */
  public static final String WORK = ".adapt";

  /**
   * The extent of the work.
   *
   * @param shots training images of a class at most; 0 for all
   * @param views random views of each training image; 0 for the test view alone
   */
  public record Plan(int shots, int views) {
    static final Plan ALL = new Plan(0, 0);
  }

  /**
   * The training images.
   *
   * @param count how many are learned from
   * @param fewest images of a class
   * @param most images of a class
   * @param repeated images that are there again in their class, which are left out
   * @param contradictions images that are there under two classes
   * @param near images that are near copies of another, with which they share a fold
   * @param single classes with a single image or group of images, which cannot be held out
   * @param repeatedInTest test images that repeat a training image, which are not measured
   * @param unreadable images that were left out, and why
   */
  public record Images(
      int count,
      int classes,
      int fewest,
      int most,
      int repeated,
      List<String> contradictions,
      int near,
      List<String> single,
      List<String> repeatedInTest,
      List<String> unreadable) {
    /** The images of a record that does not contain any. */
    static final Images NONE =
        new Images(0, 0, 0, 0, 0, List.of(), 0, List.of(), List.of(), List.of());

    public Images {
      contradictions = RunJson.list(contradictions);
      single = RunJson.list(single);
      repeatedInTest = RunJson.list(repeatedInTest);
      unreadable = RunJson.list(unreadable);
    }

    /** The number of images of each class, in words: {@code 8} or {@code 8 to 52}. */
    public String ofEach() {
      return fewest == most ? String.valueOf(most) : fewest + " to " + most;
    }
  }

  /**
   * A class.
   *
   * @param asked its held-out images
   * @param right those that were recognized
   */
  public record OfClass(String name, int asked, int right) {}

  /**
   * A held-out image that was not recognized.
   *
   * @param image its key
   * @param actual the name of its class
   * @param predicted the name that was answered
   * @param confidence the probability of the answer, 0 to 1
   */
  public record Mistake(String image, String actual, String predicted, double confidence) {}

  /**
   * A method that was tried, or left out.
   *
   * @param value the figure that decides, in percent; NaN where it was left out
   * @param behind by how much it is behind the best
   * @param standardError of that difference
   * @param seconds that its folds took
   * @param leftOut why it was not tried; empty where it was
   * @param outOfTime true if the reason is the time, so that a faster machine may choose another
   */
  public record Candidate(
      String method,
      String title,
      double value,
      double behind,
      double standardError,
      double seconds,
      String leftOut,
      boolean outOfTime) {
    /** The same against the best of all. */
    public Candidate against(double best, double error) {
      return new Candidate(method, title, value, best - value, error, seconds, leftOut, outOfTime);
    }

    /** True if it was measured. */
    public boolean isMeasured() {
      return leftOut.isEmpty();
    }
  }

  /**
   * The method that won.
   *
   * @param method its name
   * @param why a sentence
   * @param preliminary true while other methods are still to be compared
   */
  public record Choice(
      String method,
      String title,
      String why,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean preliminary) {
    /** A choice among all methods. */
    public Choice(String method, String title, String why) {
      this(method, title, why, false);
    }

    /** The same for another reason. */
    public Choice because(String reason) {
      return new Choice(method, title, reason, preliminary);
    }
  }

  /**
   * The calibration that the classifier file contains too.
   *
   * @param temperature 1 if the held-out images do not determine it
   * @param images that both were found with, each classified without having learned from it
   * @param threshold the largest probability below which an image counts as none of the classes
   * @param keeps the share of new images of the learned classes that is accepted on average
   * @param low the lower end of the 95 % interval of that share
   * @param high the upper end of it
   * @param unknown what images of no class get; null where there are none
   */
  public record Calibrated(
      double temperature,
      int images,
      double threshold,
      double keeps,
      double low,
      double high,
      @Nullable Unknown unknown) {

    /** The threshold, the temperature and images of no class, in a sentence each. */
    public List<String> sentences() {
      List<String> sentences = new ArrayList<>();
      sentences.add(
          String.format(
              Locale.ROOT,
              "An image whose largest probability is below %.1f %% shows none of the classes: this"
                  + " keeps %.1f %% of new images of the classes (95 %%: %.0f to %.0f).",
              100 * threshold,
              100 * keeps,
              100 * low,
              100 * high));
      sentences.add(
          temperature == 1
              ? "Probabilities stay as they are: the held-out images determine no temperature."
              : String.format(
                  Locale.ROOT,
                  "Probabilities are calibrated by the temperature %.2f, found with %d held-out"
                      + " images.",
                  temperature,
                  images));
      if (unknown != null) {
        sentences.add(
            String.format(
                Locale.ROOT,
                "Of %d images of no class, the threshold accepts %.1f %%; AUROC against held-out"
                    + " images: %.3f.",
                unknown.images(),
                100 * unknown.accepted(),
                unknown.auroc()));
      }
      return sentences;
    }
  }

  /**
   * Images that belong to no class.
   *
   * @param auroc the share of pairs of a held-out image and one of these in which the held-out one
   *     has the larger probability
   * @param accepted the share that the threshold accepts
   */
  public record Unknown(int images, double auroc, double accepted) {}

  /**
   * An image whose label may be wrong.
   *
   * @param image its key
   * @param file where it lay
   * @param given the name of its class
   * @param likely the name that is more probable
   * @param confidence the probability of the given name, 0 to 1
   */
  public record Suspect(
      String image, String file, String given, String likely, double confidence) {}

  /**
   * An accuracy with its 95 % interval, in percent.
   *
   * @param images that it was measured on
   */
  public record Interval(double accuracy, double low, double high, int images) {
    /** True if a figure lies within. */
    public boolean holds(double figure) {
      return figure >= low && figure <= high;
    }
  }

  public AdaptRecord {
    settings = RunJson.node(settings);
    plan = Objects.requireNonNullElse(plan, Plan.ALL); // in files of others
    images = Objects.requireNonNullElse(images, Images.NONE);
    candidates = RunJson.list(candidates);
    classes = RunJson.list(classes);
    mistakes = RunJson.list(mistakes);
    suspects = RunJson.list(suspects);
  }

  /** Returns the record of an adaptation that has just begun. */
  public static AdaptRecord begun(JsonNode settings, Plan plan, Images images) {
    return new AdaptRecord(
        settings, plan, images, List.of(), null, null, null, List.of(), List.of(), null, null,
        List.of());
  }

  /**
   * Reads that of a folder; empty where there is none.
   *
   * @throws org.kgcoop.KgCoopException of the kind IO where it is damaged
   */
  public static Optional<AdaptRecord> read(Path folder) {
    return RunJson.read(folder.resolve(FILE), AdaptRecord.class);
  }

  /** Writes that of a folder, whole or not at all. */
  public void write(Path folder) {
    JsonFiles.write(folder.resolve(FILE), RunJson.tree(this));
  }

  /**
   * True if classes without images are to come, so that the figure is H of seen and unseen ones.
   */
  public boolean isForUnseen() {
    return !settings.path("unseen").isEmpty();
  }

  /**
   * The reason why another run may choose another method: empty, or a sentence that names the
   * methods that the time left out.
   */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public String irreproducible() {
    List<String> late =
        candidates.stream().filter(Candidate::outOfTime).map(Candidate::title).toList();
    return late.isEmpty()
        ? ""
        : "the time left out "
            + String.join(", ", late)
            + "; with more --minutes, or on another machine, another method may be chosen";
  }

  public AdaptRecord withCandidates(List<Candidate> tried) {
    return new AdaptRecord(
        settings,
        plan,
        images,
        tried,
        choice,
        expected,
        expectedUnseen,
        classes,
        mistakes,
        test,
        calibration,
        suspects);
  }

  public AdaptRecord withChoice(Choice made) {
    return new AdaptRecord(
        settings,
        plan,
        images,
        candidates,
        made,
        expected,
        expectedUnseen,
        classes,
        mistakes,
        test,
        calibration,
        suspects);
  }

  /** True if a method is chosen and no other is still to be compared. */
  public boolean isDecided() {
    return choice != null && !choice.preliminary();
  }

  /** The same with the accuracies to expect, and what they follow from. */
  public AdaptRecord expecting(
      Interval seen, @Nullable Interval unseen, List<OfClass> ofClasses, List<Mistake> made) {
    return new AdaptRecord(
        settings,
        plan,
        images,
        candidates,
        choice,
        seen,
        unseen,
        ofClasses,
        made,
        test,
        calibration,
        suspects);
  }

  /** The same with the accuracy on the test images, if there are any. */
  public AdaptRecord tested(@Nullable Interval accuracy) {
    return new AdaptRecord(
        settings,
        plan,
        images,
        candidates,
        choice,
        expected,
        expectedUnseen,
        classes,
        mistakes,
        accuracy,
        calibration,
        suspects);
  }

  /** The same with the calibration of the classifier. */
  public AdaptRecord calibrated(Calibrated found) {
    return new AdaptRecord(
        settings,
        plan,
        images,
        candidates,
        choice,
        expected,
        expectedUnseen,
        classes,
        mistakes,
        test,
        found,
        suspects);
  }

  /** The same with images whose label may be wrong. */
  public AdaptRecord suspecting(List<Suspect> found) {
    return new AdaptRecord(
        settings,
        plan,
        images,
        candidates,
        choice,
        expected,
        expectedUnseen,
        classes,
        mistakes,
        test,
        calibration,
        found);
  }

  /** The measured figure of a method; NaN where there is none. */
  public double value(String method) {
    return candidates.stream()
        .filter(candidate -> candidate.method().equals(method))
        .mapToDouble(Candidate::value)
        .findFirst()
        .orElse(Double.NaN);
  }
}
