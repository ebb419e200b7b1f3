package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.data.layout.ClassNames;
import org.kgcoop.files.Sha256;
import org.kgcoop.runs.AdaptRecord.Labels.Origin;
import org.kgcoop.runs.AdaptRecord.Plan;
import org.kgcoop.runs.AdaptRecord.Settings;
import org.kgcoop.trial.ExperimentContext;

/**
 * Request for an adaptation.
 *
 * @param data the data set: the method learns from its training and validation images, and is
 *     measured on its test images at the end
 * @param unseen the names of classes without images that the classifier should support
 * @param shots the maximum number of training images per class; {@link FewShot#ALL} for as many as
 *     the time allows
 * @param minutes the time limit; {@link #NO_LIMIT} for none
 * @param methods the names of the methods to compare, next to zero-shot CLIP; empty for those that
 *     suit the size of the task, so that the same images have the same result on every computer
 * @param seed the seed of all random choices
 * @param skipsUnreadable true to skip unreadable images
 * @param unknown images that belong to no class, to test the rejection threshold; may be empty
 * @param labels how the images got their labels
 * @param plan the plan of another adaptation to repeat, without a time limit; null to make a plan
 */
public record AdaptRequest(
    DataSet data,
    List<String> unseen,
    int shots,
    double minutes,
    List<String> methods,
    long seed,
    boolean skipsUnreadable,
    List<Path> unknown,
    LabelSource labels,
    @Nullable Plan plan) {

  /** The minutes of a request without a time limit. */
  public static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  /** Creates a request that rejects unreadable images, and compares what suits the task. */
  public AdaptRequest(DataSet data, List<String> unseen, int shots, double minutes, long seed) {
    this(
        data,
        unseen,
        shots,
        minutes,
        List.of(),
        seed,
        false,
        List.of(),
        LabelSource.UNSTATED,
        null);
  }

  public AdaptRequest {
    unseen = List.copyOf(unseen);
    unknown = List.copyOf(unknown);
    methods = List.copyOf(methods);
    if (!(minutes > 0)) {
      throw KgCoopException.configuration("minutes: expected above 0, got " + minutes);
    }
    for (String method : methods) {
      if (!Candidates.SHORT_LIST.contains(method)) {
        throw KgCoopException.configuration(
            "methods: expected some of %s, got '%s'%s"
                .formatted(
                    String.join(", ", Candidates.SHORT_LIST),
                    method,
                    Nearest.hint(method, Candidates.SHORT_LIST)));
      }
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

  /** Returns the methods that an adaptation can compare, those closest to zero-shot CLIP first. */
  public static List<String> comparable() {
    return Candidates.SHORT_LIST;
  }

  /** Returns true if the clock limits the work. */
  boolean isTimed() {
    return plan == null && !Double.isInfinite(minutes);
  }

  /** Returns this request for another data set. */
  AdaptRequest with(DataSet other) {
    return new AdaptRequest(
        other, unseen, shots, minutes, methods, seed, skipsUnreadable, unknown, labels, plan);
  }

  /** Returns this request with labels of another origin. */
  public AdaptRequest with(LabelSource source) {
    return new AdaptRequest(
        data, unseen, shots, minutes, methods, seed, skipsUnreadable, unknown, source, plan);
  }

  /** Returns this request with a plan to repeat. */
  public AdaptRequest with(Plan repeated) {
    return new AdaptRequest(
        data, unseen, shots, minutes, methods, seed, skipsUnreadable, unknown, labels, repeated);
  }

  /**
   * Returns this request with the methods to compare.
   *
   * @param names some of {@link #comparable}
   * @throws KgCoopException of the category CONFIGURATION for another name
   */
  public AdaptRequest comparing(List<String> names) {
    return new AdaptRequest(
        data, unseen, shots, minutes, names, seed, skipsUnreadable, unknown, labels, plan);
  }

  /**
   * Returns this request with the images that the methods are not asked about.
   *
   * @param skipped true to skip unreadable images
   * @param others images that belong to no class
   */
  public AdaptRequest with(boolean skipped, List<Path> others) {
    return new AdaptRequest(
        data, unseen, shots, minutes, methods, seed, skipped, others, labels, plan);
  }

  /** Returns the settings that determine the result of an adaptation. */
  Settings settings(ExperimentContext context) {
    ImageHashes hashes = context.cache().hashes();
    int maxPatches = context.clip().maxPatches();
    Origin origin = labels.labels().origin();
    Map<String, Integer> images = new LinkedHashMap<>();
    data.items().forEach(item -> images.merge(item.className(), 1, Integer::sum));
    return new Settings(
        data.name(),
        hashes.fingerprint(data),
        shots,
        seed,
        context.clip().fingerprint(),
        maxPatches > 0 ? maxPatches : null,
        isTimed() ? minutes : Double.NaN,
        methods,
        plan,
        origin == Origin.UNSTATED ? null : origin,
        digest(String.join("\n", new TreeSet<>(labels.audit()))),
        unseen,
        digest(String.join("\n", hashes.of(unknown))),
        images,
        digest(data.items().map(AdaptRequest::group).collect(Collectors.joining())));
  }

  private static String digest(String text) {
    return text.isEmpty() ? "" : Sha256.of(text);
  }

  private static String group(Item item) {
    return item.group().equals(item.key()) ? "" : item.key() + "\t" + item.group() + "\n";
  }
}
