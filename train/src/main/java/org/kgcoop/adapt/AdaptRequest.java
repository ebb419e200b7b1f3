package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.layout.ClassNames;
import org.kgcoop.runs.AdaptRecord.Plan;

/**
 * Request for an adaptation.
 *
 * @param data the data set: the method learns from its training and validation images, and is
 *     measured on its test images at the end
 * @param unseen the names of classes without images that the classifier should support
 * @param shots the maximum number of training images per class; {@link FewShot#ALL} for as many as
 *     the time allows
 * @param minutes the time limit
 * @param seed the seed of all random choices
 * @param skipsUnreadable true to skip unreadable images
 * @param unknown images that belong to no class, to test the rejection threshold; may be empty
 * @param labels how the images got their labels
 * @param plan the plan of another adaptation to repeat, without a time limit; null to make a plan
 *     that fits into the time
 */
public record AdaptRequest(
    DataSet data,
    List<String> unseen,
    int shots,
    double minutes,
    long seed,
    boolean skipsUnreadable,
    List<Path> unknown,
    LabelSource labels,
    @Nullable Plan plan) {

  /** The time limit if the user sets none. */
  public static final double DEFAULT_MINUTES = 5;

  /** Creates a request that rejects unreadable images. */
  public AdaptRequest(DataSet data, List<String> unseen, int shots, double minutes, long seed) {
    this(data, unseen, shots, minutes, seed, false, List.of(), LabelSource.UNSTATED, null);
  }

  public AdaptRequest {
    unseen = List.copyOf(unseen);
    unknown = List.copyOf(unknown);
    if (!(minutes > 0) || Double.isInfinite(minutes)) {
      throw KgCoopException.configuration("minutes: expected above 0, got " + minutes);
    }
    if (plan != null && !plan.isComplete()) {
      throw KgCoopException.configuration(
          "plan: expected the plan of a complete adaptation, got one without methods");
    }
    if (data.train().isEmpty()) {
      throw KgCoopException.data(data.name() + ": no training images");
    }
    Map<String, String> known = new HashMap<>();
    data.classNames().forEach(name -> known.put(ClassNames.cleaned(name), name));
    for (String name : unseen) {
      String other = known.put(ClassNames.cleaned(name), name);
      if (other != null) {
        String owner = data.classNames().contains(other) ? " of " + data.name() : "";
        throw KgCoopException.configuration(
            "unseen class '%s': it is the same name as '%s'%s; leave it out"
                .formatted(name, other, owner));
      }
    }
  }

  /** Returns this request for another data set. */
  AdaptRequest with(DataSet other) {
    return new AdaptRequest(
        other, unseen, shots, minutes, seed, skipsUnreadable, unknown, labels, plan);
  }

  /** Returns this request with labels of another origin. */
  public AdaptRequest with(LabelSource source) {
    return new AdaptRequest(
        data, unseen, shots, minutes, seed, skipsUnreadable, unknown, source, plan);
  }

  /** Returns this request with a plan to repeat. */
  public AdaptRequest with(Plan repeated) {
    return new AdaptRequest(
        data, unseen, shots, minutes, seed, skipsUnreadable, unknown, labels, repeated);
  }

  /**
   * Returns this request with the images that the methods are not asked about.
   *
   * @param skipped true to skip unreadable images
   * @param others images that belong to no class
   */
  public AdaptRequest with(boolean skipped, List<Path> others) {
    return new AdaptRequest(data, unseen, shots, minutes, seed, skipped, others, labels, plan);
  }
}
