package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.EnumIds;
import org.kgcoop.KgCoopException;
import org.kgcoop.eval.Calibration;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;

/**
 * The record of an adaptation: {@code adapt.json} in its folder. It is written at the start, after
 * each candidate, and at the end.
 *
 * @param settings the settings that determine the result
 * @param plan the extent of the work in the available time; another adaptation can repeat it
 * @param labels how the images got their labels
 * @param images the training images
 * @param candidates the candidates so far, in the order of the short list
 * @param choice null until it is made
 * @param result the result of the chosen method, as far as it is known
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@JsonPropertyOrder({ // the order of methods differs between builds
  "settings",
  "plan",
  "labels",
  "images",
  "candidates",
  "choice",
  "result",
  "irreproducible",
  "noSuspects"
})
public record AdaptRecord(
    Settings settings,
    Plan plan,
    Labels labels,
    Images images,
    List<Candidate> candidates,
    @Nullable Choice choice,
    Result result) {

  /** The ratio of the sizes of two classes that changes the accuracy noticeably. */
  private static final int UNBALANCED = 2;

  /** The share of held-out images that a classifier must have right to find wrong labels. */
  private static final double LEAST_RIGHT = 0.5;

  /** The largest width of an interval, in percentage points, that is an expectation. */
  private static final double WIDEST = 60;

  /** The number of new images that an expected accuracy refers to. */
  public static final int NEW_IMAGES = 100;

  /** The name of the file in the folder of an adaptation. */
  public static final String FILE = "adapt.json";

  /** The folder in it with the compared runs, deleted at the end. */
  public static final String WORK = ".adapt";

  /**
   * The settings that determine the result. Equal settings have the same result.
   *
   * @param data the name of the data set
   * @param fingerprint the fingerprint of the images and their labels
   * @param shots the maximum number of images per class; 0 for all
   * @param clipFingerprint the fingerprint of the CLIP
   * @param maxPatches the number of patches of an image, if the CLIP has one
   * @param minutes the time limit; null if there is none
   * @param methods the methods that the user wants to compare; empty for those that suit the task
   * @param plan the repeated plan
   * @param labels the origin of the labels, if the user stated it
   * @param audit the SHA-256 of the names of the images of an audit
   * @param unseen the names of classes without images
   * @param unknown the SHA-256 of the images that belong to no class
   * @param images the number of images by class
   * @param groups the SHA-256 of the groups of images
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Settings(
      String data,
      String fingerprint,
      int shots,
      long seed,
      String clipFingerprint,
      @Nullable Integer maxPatches,
      double minutes,
      List<String> methods,
      @Nullable Plan plan,
      Labels.@Nullable Origin labels,
      String audit,
      @JsonInclude(JsonInclude.Include.ALWAYS) List<String> unseen,
      String unknown,
      @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, Integer> images,
      String groups) {
    public static final Settings NONE =
        new Settings(
            "",
            "",
            0,
            0,
            "",
            null,
            Double.NaN,
            List.of(),
            null,
            null,
            "",
            List.of(),
            "",
            Map.of(),
            "");

    public Settings {
      methods = Json.list(methods);
      unseen = Json.list(unseen);
      images = Json.map(images);
    }
  }

  /**
   * The extent of the work: everything that depends on the speed of the machine. An adaptation of
   * the same images with the same plan gives the same classifier on every machine.
   *
   * @param perClass the maximum number of training images per class; 0 for all
   * @param testImages the maximum number of test images; 0 for all
   * @param views the number of random views per training image; 0 for only the test view
   * @param methods the compared methods, in the order of the short list; empty until all are
   *     compared
   */
  public record Plan(int perClass, int testImages, int views, List<String> methods) {
    public Plan {
      methods = Json.list(methods);
    }

    /** Creates the plan of a comparison that has not begun. */
    public Plan(int perClass, int testImages, int views) {
      this(perClass, testImages, views, List.of());
    }

    /** Returns the plan with the methods of a complete comparison. */
    public Plan compared(List<String> measured) {
      return new Plan(perClass, testImages, views, measured);
    }

    /** Returns true if the plan was carried out to its end. */
    public boolean isComplete() {
      return !methods.isEmpty();
    }
  }

  /**
   * Origin of the labels. Cross-validation measures the accuracy on new images only if the labeled
   * images were not chosen by a person or a program.
   *
   * @param origin the origin
   * @param source the file that shows it, or empty if the user stated it or nothing is known
   * @param audit the number of images that were drawn at random to measure the accuracy
   * @param proposals the number of labels that a classifier proposed and nobody changed
   */
  public record Labels(Origin origin, String source, int audit, int proposals) {
    /** Labels of unknown origin. */
    public static final Labels UNSTATED = new Labels(Origin.UNSTATED, "", 0, 0);

    /** The selection of the images that were labeled. */
    public enum Origin {
      /** The user did not say, and no file shows it. */
      @JsonProperty("unstated")
      UNSTATED,
      /** All images of the source were labeled, or a random part of them. */
      @JsonProperty("random")
      RANDOM,
      /** A person or a program chose which images got a label. */
      @JsonProperty("chosen")
      CHOSEN;

      /** Returns the name in files and options. */
      public String id() {
        return EnumIds.id(this);
      }

      /**
       * Returns the origin that a user stated.
       *
       * @param option the name of the option, for the error message
       */
      public static Origin stated(String option, String id) {
        return EnumIds.find(Origin.class, id)
            .filter(origin -> origin != UNSTATED)
            .orElseThrow(
                () ->
                    KgCoopException.configuration(
                        "%s: expected random or chosen, got '%s'".formatted(option, id)));
      }
    }

    /** Returns true if cross-validation cannot measure the accuracy on new images. */
    public boolean areChosen() {
      return origin == Origin.CHOSEN;
    }
  }

  /**
   * The training images.
   *
   * @param count the number of training images
   * @param available the number of readable images without exact copies; more than {@code count} if
   *     the time limit or {@code --shots} left some out
   * @param unchecked the number of images that the time limit left no time to read
   * @param fewest the minimum number of images per class
   * @param most the maximum number of images per class
   * @param single classes with a single image or group of images, which cannot be held out
   * @param oneObject those of them with three images or more, which all show one object
   * @param unreadable images that were left out, and the reasons
   * @param onlyOnes the number of images that are the only one of their class
   * @param objects the measurement of few objects per class; null unless the images seem to show
   *     few
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Images(
      int count,
      int available,
      int unchecked,
      int classes,
      int fewest,
      int most,
      Copies copies,
      List<String> single,
      List<String> oneObject,
      List<String> unreadable,
      int onlyOnes,
      @Nullable FewObjects objects) {
    /** The number of images of a class from which on one group is a surprise. */
    public static final int SOME = 3;

    public Images {
      Objects.requireNonNull(copies, "copies");
      single = Json.list(single);
      oneObject = Json.list(oneObject);
      unreadable = Json.list(unreadable);
    }

    /**
     * Returns the probability that a new image shows a class without an image, if these were drawn
     * at random: the share of images that are the only one of their class (Good, Biometrika 1953).
     * It is 0 if no class has a second image, because such images were not drawn at random.
     */
    public double newClasses() {
      return onlyOnes == classes || count == 0 ? 0 : (double) onlyOnes / count;
    }

    /** Returns true if the classes have very different numbers of images. */
    public boolean isUnbalanced() {
      return fewest > 0 && most >= UNBALANCED * fewest;
    }
  }

  /**
   * Few objects per class, each in several images.
   *
   * @param perClass the number of clusters of similar images per class
   * @param fall how much lower the accuracy is, in points, if these are held out together
   * @param error the standard error of the fall
   */
  public record FewObjects(double perClass, double fall, double error) {}

  /**
   * Copies of training images.
   *
   * @param repeated the number of copies within a class, which are left out
   * @param near the number of near duplicates, which share a fold
   * @param contradictions images that appear in two classes
   * @param inTest test images that are copies of a training image, which are not measured
   * @param similar images that may show the same thing as others; null unless there are many
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Copies(
      int repeated,
      int near,
      List<String> contradictions,
      List<String> inTest,
      @Nullable Similar similar) {
    public Copies {
      contradictions = Json.list(contradictions);
      inTest = Json.list(inTest);
    }

    /** Creates a description of images that resemble no others. */
    public Copies(int repeated, int near, List<String> contradictions, List<String> inTest) {
      this(repeated, near, contradictions, inTest, null);
    }
  }

  /**
   * Images that resemble an image of another group, as those of a burst do.
   *
   * @param images their number
   * @param first the key of one of them
   * @param second the key of the image that it resembles
   */
  public record Similar(int images, String first, String second) {}

  /**
   * The result of the chosen method.
   *
   * @param expected the expected accuracy on {@link #NEW_IMAGES} more images of the training
   *     classes, as frequent as in training, with a 95 % interval; null until it is known, or if
   *     the labels were chosen and no audit measures it
   * @param expectedBalanced the same if every class is equally frequent
   * @param expectedUnseen the same for classes without images; null if none are expected, or if
   *     their names are of another kind than those of the training classes
   * @param classes the training classes with the results on their held-out images
   * @param mistakes the held-out images that were classified wrongly
   * @param test the accuracy on the data set's own test images, which did not influence the choice;
   *     null if there are none
   * @param calibration null until it is known
   * @param suspects the images whose label may be wrong, the most suspicious first
   */
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Result(
      @Nullable Accuracy expected,
      @Nullable Accuracy expectedBalanced,
      @Nullable Accuracy expectedUnseen,
      List<OfClass> classes,
      List<Mistake> mistakes,
      @Nullable Accuracy test,
      @Nullable Calibrated calibration,
      List<Suspect> suspects) {
    static final Result UNKNOWN = new Result(null, null, null, List.of(), List.of());

    public Result {
      classes = Json.list(classes);
      mistakes = Json.list(mistakes);
      suspects = Json.list(suspects);
    }

    /** Creates the result before the training on all images. */
    public Result(
        @Nullable Accuracy expected,
        @Nullable Accuracy expectedBalanced,
        @Nullable Accuracy expectedUnseen,
        List<OfClass> classes,
        List<Mistake> mistakes) {
      this(expected, expectedBalanced, expectedUnseen, classes, mistakes, null, null, List.of());
    }

    /** Returns the result after the training on all images. */
    public Result trained(@Nullable Accuracy tested, Calibrated found, List<Suspect> suspected) {
      return new Result(
          expected, expectedBalanced, expectedUnseen, classes, mistakes, tested, found, suspected);
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
   * @param pValue the p-value of a paired test of this difference
   * @param seconds the time of its folds
   * @param leftOut null if it was tried
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  public record Candidate(
      String method,
      String title,
      double value,
      double behind,
      double pValue,
      double seconds,
      @Nullable LeftOut leftOut) {
    /** Returns the candidate, compared with the best of all. */
    public Candidate against(double best, double p) {
      return new Candidate(method, title, value, best - value, p, seconds, leftOut);
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
   */
  public record Choice(String method, String title, String why) {
    /** Returns the choice with another reason. */
    public Choice because(String reason) {
      return new Choice(method, title, reason);
    }
  }

  /**
   * The calibration that the classifier file contains too.
   *
   * @param temperature 1 if the held-out images do not determine it
   * @param images the number of held-out images that determine both
   * @param rejection the threshold of the largest probability of an image
   * @param unknown the measurement on images of no class; null if there are none
   */
  public record Calibrated(
      double temperature,
      int images,
      @JsonUnwrapped Calibration.Rejection rejection,
      @Nullable Unknown unknown) {}

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
  public record Accuracy(double accuracy, double low, double high, int images) {
    /** Returns true if the interval is so wide that the images say nothing useful. */
    public boolean saysLittle() {
      return high - low > WIDEST;
    }

    /** Returns true if a value is inside the interval. */
    public boolean holds(double figure) {
      return figure >= low && figure <= high;
    }
  }

  public AdaptRecord {
    settings = Objects.requireNonNullElse(settings, Settings.NONE);
    Objects.requireNonNull(plan, "plan");
    Objects.requireNonNull(labels, "labels");
    Objects.requireNonNull(images, "images");
    candidates = Json.list(candidates);
    Objects.requireNonNull(result, "result");
  }

  /** Returns the record of an adaptation that has just begun. */
  public static AdaptRecord begun(Settings settings, Plan plan, Labels labels, Images images) {
    return new AdaptRecord(settings, plan, labels, images, List.of(), null, Result.UNKNOWN);
  }

  /**
   * Reads the record of a folder; empty if there is none.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it is damaged
   */
  public static Optional<AdaptRecord> read(Path folder) {
    return Json.read(folder.resolve(FILE), AdaptRecord.class);
  }

  /**
   * Reads the record of a complete adaptation, to repeat it.
   *
   * @param option the name of the option, for the error message
   * @param from the folder, or a file in it
   * @throws KgCoopException of the category CONFIGURATION if there is none, or it is not complete
   */
  public static AdaptRecord complete(String option, Path from) {
    AdaptRecord record =
        read(Files.isRegularFile(from) ? Folders.parent(from) : from)
            .orElseThrow(
                () ->
                    KgCoopException.configuration(
                        "%s %s: expected the folder of an adaptation, with %s"
                            .formatted(option, from, FILE)));
    if (!record.plan().isComplete()) {
      throw KgCoopException.configuration(
          "%s %s: the adaptation is not complete; run it again first".formatted(option, from));
    }
    return record;
  }

  /** Writes the record to a folder atomically. */
  public void write(Path folder) {
    Json.write(folder.resolve(FILE), this);
  }

  /**
   * Returns true if classes without images are expected, so that the compared value is H of seen
   * and unseen classes.
   */
  public boolean isForUnseen() {
    return !settings.unseen.isEmpty();
  }

  /**
   * Returns the reason why another run may give another classifier: empty, or a sentence with the
   * images and methods that were left out for lack of time.
   */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public String irreproducible() {
    if (settings.plan != null) {
      return ""; // a plan was repeated
    }
    List<String> late = new ArrayList<>();
    if (plan.perClass > 0) {
      late.add("%s images".formatted(images.available - images.count));
    }
    candidates.stream()
        .filter(each -> each.leftOut != null && each.leftOut.outOfTime)
        .map(Candidate::title)
        .forEach(late::add);
    return late.isEmpty()
        ? ""
        : ("the time left out %s; with more --minutes, or on another machine, the classifier may"
                + " differ; --plan with this folder repeats it")
            .formatted(String.join(", ", late));
  }

  /**
   * Returns the reason why no labels are listed as wrong; empty if they can be. A classifier that
   * is mostly wrong contradicts right labels, too.
   */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public String noSuspects() {
    int asked = result.classes().stream().mapToInt(OfClass::asked).sum();
    int right = result.classes().stream().mapToInt(OfClass::right).sum();
    return asked == 0 || right >= LEAST_RIGHT * asked
        ? ""
        : String.format(
            Locale.ROOT,
            "Wrong labels are not searched: the classifier is right on only %.0f %% of held-out"
                + " images.",
            100.0 * right / asked);
  }

  public AdaptRecord with(List<Candidate> tried) {
    return new AdaptRecord(settings, plan, labels, images, tried, choice, result);
  }

  public AdaptRecord with(Choice made) {
    return new AdaptRecord(settings, plan, labels, images, candidates, made, result);
  }

  public AdaptRecord with(Result found) {
    return new AdaptRecord(settings, plan, labels, images, candidates, choice, found);
  }

  /** Returns the record with the methods of the complete comparison in its plan. */
  public AdaptRecord compared() {
    List<String> measured =
        candidates.stream().filter(Candidate::isMeasured).map(Candidate::method).toList();
    return new AdaptRecord(
        settings, plan.compared(measured), labels, images, candidates, choice, result);
  }

  /** Returns the measured value of a method; NaN if there is none. */
  public double value(String method) {
    return candidate(method).map(Candidate::value).orElse(Double.NaN);
  }

  /** Returns the candidate of a method, which was tried or left out; empty if it is still open. */
  public Optional<Candidate> candidate(String method) {
    return candidates.stream().filter(each -> each.method.equals(method)).findFirst();
  }
}
