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
 * @param result the result of the chosen method, as far as it is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AdaptRecord(
    JsonNode settings,
    Plan plan,
    Images images,
    List<Candidate> candidates,
    @Nullable Choice choice,
    Result result) {

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
   * @param single classes with a single image or group of images, which cannot be held out
   * @param unreadable images that were left out, and the reasons
   */
  public record Images(
      int count,
      int classes,
      int fewest,
      int most,
      Copies copies,
      List<String> single,
      List<String> unreadable) {
    /** The images of a record that does not contain any. */
    static final Images NONE = new Images(0, 0, 0, 0, Copies.NONE, List.of(), List.of());

    public Images {
      copies = Objects.requireNonNullElse(copies, Copies.NONE);
      single = RunJson.list(single);
      unreadable = RunJson.list(unreadable);
    }

    /** Returns the number of images per class in words: {@code 8} or {@code 8 to 52}. */
    public String ofEach() {
      return fewest == most ? String.valueOf(most) : fewest + " to " + most;
    }
  }

  /**
   * Copies of training images.
   *
   * @param repeated the number of copies within a class, which are left out
   * @param near the number of near duplicates, which share a fold
   * @param contradictions images that appear in two classes
   * @param inTest test images that are copies of a training image, which are not measured
   */
  public record Copies(int repeated, int near, List<String> contradictions, List<String> inTest) {
    static final Copies NONE = new Copies(0, 0, List.of(), List.of());

    public Copies {
      contradictions = RunJson.list(contradictions);
      inTest = RunJson.list(inTest);
    }
  }

  /**
   * The result of the chosen method.
   *
   * @param expected the expected accuracy on {@link #NEW_IMAGES} more images of the training
   *     classes, with a 95 % interval; null until it is known
   * @param expectedUnseen the same for classes without images; null if none are expected
   * @param classes the training classes with the results on their held-out images
   * @param mistakes the held-out images that were classified wrongly
   * @param test the accuracy on the data set's own test images, which did not influence the choice;
   *     null if there are none
   * @param calibration null until it is known
   * @param suspects the images whose label may be wrong, the most suspicious first
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Result(
      @Nullable Interval expected,
      @Nullable Interval expectedUnseen,
      List<OfClass> classes,
      List<Mistake> mistakes,
      @Nullable Interval test,
      @Nullable Calibrated calibration,
      List<Suspect> suspects) {
    static final Result UNKNOWN = new Result(null, null, List.of(), List.of());

    public Result {
      classes = RunJson.list(classes);
      mistakes = RunJson.list(mistakes);
      suspects = RunJson.list(suspects);
    }

    /** Creates the result before the training on all images. */
    public Result(
        @Nullable Interval expected,
        @Nullable Interval expectedUnseen,
        List<OfClass> classes,
        List<Mistake> mistakes) {
      this(expected, expectedUnseen, classes, mistakes, null, null, List.of());
    }

    /** Returns the result after the training on all images. */
    public Result trained(@Nullable Interval tested, Calibrated found, List<Suspect> suspected) {
      return new Result(expected, expectedUnseen, classes, mistakes, tested, found, suspected);
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
   * @param leftOut null if it was tried
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Candidate(
      String method,
      String title,
      double value,
      double behind,
      double standardError,
      double seconds,
      @Nullable LeftOut leftOut) {
    /** Returns the candidate, compared with the best of all. */
    public Candidate against(double best, double error) {
      return new Candidate(method, title, value, best - value, error, seconds, leftOut);
    }

    /** Returns true if it was measured. */
    public boolean isMeasured() {
      return leftOut == null;
    }

    /** Returns the reason why it was not tried; empty if it was. */
    public String reason() {
      return leftOut == null ? "" : leftOut.why;
    }
  }

  /**
   * The reason why a method was not tried.
   *
   * @param outOfTime true if the reason is the time, so that a faster machine may choose another
   *     method
   */
  public record LeftOut(String why, boolean outOfTime) {}

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
    result = Objects.requireNonNullElse(result, Result.UNKNOWN);
  }

  /** Returns the record of an adaptation that has just begun. */
  public static AdaptRecord begun(JsonNode settings, Plan plan, Images images) {
    return new AdaptRecord(settings, plan, images, List.of(), null, Result.UNKNOWN);
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
        candidates.stream()
            .filter(each -> each.leftOut != null && each.leftOut.outOfTime)
            .map(Candidate::title)
            .toList();
    return late.isEmpty()
        ? ""
        : "the time left out "
            + String.join(", ", late)
            + "; with more --minutes, or on another machine, another method may be chosen";
  }

  public AdaptRecord with(List<Candidate> tried) {
    return new AdaptRecord(settings, plan, images, tried, choice, result);
  }

  public AdaptRecord with(Choice made) {
    return new AdaptRecord(settings, plan, images, candidates, made, result);
  }

  public AdaptRecord with(Result found) {
    return new AdaptRecord(settings, plan, images, candidates, choice, found);
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
