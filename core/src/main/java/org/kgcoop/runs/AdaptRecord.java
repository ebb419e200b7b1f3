package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
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
 * @param expected the accuracy of the chosen method on more images of the learned classes, its
 *     interval that of what is measured on as many as the test part has, or else as were learned
 *     from; null where it cannot be told
 * @param expectedUnseen the same for classes without images; null where none are to come
 * @param test the accuracy of the choice on the data set's own test images, which had no part in
 *     it; null where there are none
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
    @Nullable Interval test) {

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
  public record Plan(int shots, int views) {}

  /**
   * The training images.
   *
   * @param count how many are learned from
   * @param fewest images of a class
   * @param most images of a class
   * @param repeated images that are there twice in their class
   * @param contradictions images that are there under two classes
   */
  public record Images(
      int count, int classes, int fewest, int most, int repeated, List<String> contradictions) {
    public Images {
      contradictions = RunJson.list(contradictions);
    }
  }

  /**
   * A method that was tried, or left out.
   *
   * @param value the figure that decides, in percent; NaN where it was left out
   * @param behind by how much it is behind the best
   * @param standardError of that difference
   * @param seconds that its folds took
   * @param leftOut why it was not tried; empty where it was
   */
  public record Candidate(
      String method,
      String title,
      double value,
      double behind,
      double standardError,
      double seconds,
      String leftOut) {
    /** The same against the best of all. */
    public Candidate against(double best, double error) {
      return new Candidate(method, title, value, best - value, error, seconds, leftOut);
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
   */
  public record Choice(String method, String title, String why) {}

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
    candidates = RunJson.list(candidates);
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

  /** The same with another accuracy to expect. */
  public AdaptRecord expecting(Interval accuracy) {
    return new AdaptRecord(
        settings, plan, images, candidates, choice, accuracy, expectedUnseen, test);
  }

  /** The same with the accuracy on the test images, if there are any. */
  public AdaptRecord tested(@Nullable Interval accuracy) {
    return new AdaptRecord(
        settings, plan, images, candidates, choice, expected, expectedUnseen, accuracy);
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
