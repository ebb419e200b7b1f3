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
 * The record of an adaptation: {@code adapt.json} in its folder. It is written at the start, after
 * each candidate, and at the end.
 *
 * @param settings the settings that determine the result
 * @param plan the extent of the work in the available time
 * @param images the training images
 * @param candidates the candidates so far, in the order of the short list
 * @param choice null until it is made
 * @param expected the expected accuracy of the chosen method on {@link #NEW_IMAGES} more images of
 *     the training classes, with a 95 % interval; null until it is known
 * @param expectedUnseen the same for classes without images; null if none are expected
 * @param classes the training classes with the results of the chosen method on their held-out
 *     images
 * @param mistakes the held-out images that the chosen method classified wrongly
 * @param test the accuracy of the chosen method on the data set's own test images, which did not
 *     influence the choice; null if there are none
 * @param calibration the calibration of the chosen method; null until it is known
 * @param suspects the images whose label may be wrong, the most suspicious first
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

  /** The number of new images that an expected accuracy refers to. */
  public static final int NEW_IMAGES = 100;

  /** The name of the file in the folder of an adaptation. */
  public static final String FILE = "adapt.json";

  /** The folder in it with the compared runs, deleted at the end. */
  public static final String WORK = ".adapt";

  /**
   * The extent of the work.
   *
   * @param shots the maximum number of training images per class; 0 for all
   * @param views the number of random views per training image; 0 for only the test view
   */
  public record Plan(int shots, int views) {
    static final Plan ALL = new Plan(0, 0);
  }

  /**
   * The training images.
   *
   * @param count the number of training images
   * @param fewest the minimum number of images per class
   * @param most the maximum number of images per class
   * @param repeated the number of copies within a class, which are left out
   * @param contradictions images that appear in two classes
   * @param near the number of near duplicates, which share a fold
   * @param single classes with a single image or group of images, which cannot be held out
   * @param repeatedInTest test images that are copies of a training image, which are not measured
   * @param unreadable images that were left out, and the reasons
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

    /** Returns the number of images per class in words: {@code 8} or {@code 8 to 52}. */
    public String ofEach() {
      return fewest == most ? String.valueOf(most) : fewest + " to " + most;
    }
  }

  /**
   * The result of a class.
   *
   * @param asked the number of its held-out images
   * @param right the number of correctly classified ones
   */
  public record OfClass(String name, int asked, int right) {}

  /**
   * A held-out image that was classified wrongly.
   *
   * @param image its key
   * @param actual the name of its class
   * @param predicted the predicted name
   * @param confidence the probability of the prediction, 0 to 1
   */
  public record Mistake(String image, String actual, String predicted, double confidence) {}

  /**
   * A method that was tried, or left out.
   *
   * @param value the value for the comparison, in percent; NaN if it was left out
   * @param behind the difference to the best method
   * @param standardError the standard error of this difference
   * @param seconds the time of its folds
   * @param leftOut the reason why it was not tried; empty if it was
   * @param outOfTime true if the reason is the time, so that a faster machine may choose another
   *     method
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
    /** Returns the candidate, compared with the best of all. */
    public Candidate against(double best, double error) {
      return new Candidate(method, title, value, best - value, error, seconds, leftOut, outOfTime);
    }

    /** Returns true if it was measured. */
    public boolean isMeasured() {
      return leftOut.isEmpty();
    }
  }

  /**
   * The chosen method.
   *
   * @param method its name
   * @param why a sentence with the reason
   * @param preliminary true until all other methods are compared
   */
  public record Choice(
      String method,
      String title,
      String why,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean preliminary) {
    /** Creates a choice among all methods. */
    public Choice(String method, String title, String why) {
      this(method, title, why, false);
    }

    /** Returns the choice with another reason. */
    public Choice because(String reason) {
      return new Choice(method, title, reason, preliminary);
    }
  }

  /**
   * The calibration that the classifier file contains too.
   *
   * @param temperature 1 if the held-out images do not determine it
   * @param images the number of held-out images that determine both
   * @param threshold the largest probability below which an image counts as none of the classes
   * @param keeps the share of new images of the learned classes that is accepted on average
   * @param low the lower end of the 95 % interval of that share
   * @param high the upper end of it
   * @param unknown the measurement on images of no class; null if there are none
   */
  public record Calibrated(
      double temperature,
      int images,
      double threshold,
      double keeps,
      double low,
      double high,
      @Nullable Unknown unknown) {

    /** Describes the threshold, the temperature and the images of no class, one sentence each. */
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
   * @param file its file
   * @param given the name of its class
   * @param likely the name that is more probable
   * @param confidence the probability of the given name, 0 to 1
   */
  public record Suspect(
      String image, String file, String given, String likely, double confidence) {}

  /**
   * An accuracy with its 95 % interval, in percent.
   *
   * @param images the number of measured images
   */
  public record Interval(double accuracy, double low, double high, int images) {
    /** Returns true if a value is inside the interval. */
    public boolean holds(double figure) {
      return figure >= low && figure <= high;
    }
  }

  public AdaptRecord {
    settings = RunJson.node(settings);
    plan = Objects.requireNonNullElse(plan, Plan.ALL); // missing in files of other versions
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
   * Reads the record of a folder; empty if there is none.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it is damaged
   */
  public static Optional<AdaptRecord> read(Path folder) {
    return RunJson.read(folder.resolve(FILE), AdaptRecord.class);
  }

  /** Writes the record to a folder atomically. */
  public void write(Path folder) {
    JsonFiles.write(folder.resolve(FILE), RunJson.tree(this));
  }

  /**
   * Returns true if classes without images are expected, so that the compared value is H of seen
   * and unseen classes.
   */
  public boolean isForUnseen() {
    return !settings.path("unseen").isEmpty();
  }

  /**
   * Returns the reason why another run may choose another method: empty, or a sentence with the
   * methods that were left out for lack of time.
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

  /** Returns the record with the expected accuracies and their basis. */
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

  /** Returns the record with the accuracy on the test images, if there are any. */
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

  /** Returns the record with the calibration of the classifier. */
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

  /** Returns the record with images whose label may be wrong. */
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

  /** Returns the measured value of a method; NaN if there is none. */
  public double value(String method) {
    return candidates.stream()
        .filter(candidate -> candidate.method().equals(method))
        .mapToDouble(Candidate::value)
        .findFirst()
        .orElse(Double.NaN);
  }
}
