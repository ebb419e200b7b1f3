package org.kgcoop.adapt;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.Progress;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.method.catalogue.EmbeddedPrompt;
import org.kgcoop.runs.AdaptRecord;

/** Images that an adaptation learns from: all readable images, without copies. */
final class TrainingImages {
  /** Maximum number of unreadable images in an error message. */
  private static final int MOST_NAMED = 10;

  private final ExperimentContext context;
  private final AdaptRequest request;
  private final Set<String> unreadable = new TreeSet<>(); // images with the reason

  TrainingImages(ExperimentContext context, AdaptRequest request) {
    this.context = context;
    this.request = request;
  }

  /** Returns the requested data without files that cannot be read. */
  DataSet present() {
    List<FeatureCache.Problem> problems = new ArrayList<>();
    List<Path> unused =
        context
            .cache()
            .readable(items(request.data()).stream().map(Item::file).toList(), problems::add);
    return leftOut(request.data(), problems);
  }

  /** Returns all images for training and validation, without exact copies. */
  ImageGroups withoutCopies(DataSet data) {
    return ImageGroups.exact(everything(data), context.cache());
  }

  private DataSet everything(DataSet data) {
    String template = data.template();
    return data.withImages(
            Stream.concat(data.train().stream(), data.val().stream()).toList(),
            List.of(),
            data.test())
        // Zero-shot classification without --template uses the same template.
        .withTemplate(
            template == null && EmbeddedPrompt.isFor(context.clip())
                ? EmbeddedClip.TEMPLATE
                : template)
        .select(ClassSplit.ALL);
  }

  /** Draws the planned training images. */
  DataSet drawn(ImageGroups whole, AdaptRecord.Plan plan) {
    return FewShot.draw(whole.data(), plan.shots(), request.seed(), line -> {});
  }

  /**
   * Returns the data without unreadable images.
   *
   * @throws KgCoopException with the names of these images, unless the request skips them
   */
  DataSet readable(DataSet data) {
    List<Item> all = items(data);
    List<FeatureCache.Problem> problems = new ArrayList<>();
    try (Progress.Task task =
        context.progress().start("adapt: " + data.name() + ": image features", all.size())) {
      context.cache().check(all, problems::add, task);
    }
    return leftOut(data, problems);
  }

  private DataSet leftOut(DataSet data, List<FeatureCache.Problem> problems) {
    if (problems.isEmpty()) {
      return data;
    }
    List<String> reasons =
        problems.stream().map(each -> String.valueOf(each.reason().getMessage())).toList();
    if (!request.skipsUnreadable()) {
      throw KgCoopException.data(
          "%s of %s images cannot be read: %s; delete them, or leave them out with --skip-bad"
              .formatted(
                  problems.size(),
                  items(data).size(),
                  String.join("; ", reasons.subList(0, Math.min(MOST_NAMED, reasons.size())))),
          problems.get(0).reason());
    }
    unreadable.addAll(reasons);
    Set<Path> broken = new HashSet<>();
    problems.forEach(each -> broken.add(each.file()));
    DataSet left =
        data.withImages(
            without(data.train(), broken),
            without(data.val(), broken),
            without(data.test(), broken));
    if (left.train().isEmpty()) {
      throw KgCoopException.data(data.name() + ": no training image can be read");
    }
    return left;
  }

  static List<Item> items(DataSet data) {
    return Stream.of(data.train(), data.val(), data.test()).flatMap(List::stream).toList();
  }

  private static List<Item> without(List<Item> items, Set<Path> files) {
    return items.stream().filter(item -> !files.contains(item.file())).toList();
  }

  /** Describes the training images. */
  AdaptRecord.Images described(ImageGroups copies) {
    DataSet data = copies.data();
    Map<Integer, Integer> sizes = new HashMap<>();
    Map<Integer, Set<String>> groups = new HashMap<>();
    data.train()
        .forEach(
            item -> {
              sizes.merge(item.label(), 1, Integer::sum);
              groups.computeIfAbsent(item.label(), label -> new HashSet<>()).add(item.group());
            });
    return new AdaptRecord.Images(
        data.train().size(),
        data.classNames().size(),
        sizes.values().stream().mapToInt(Integer::intValue).min().orElse(0),
        sizes.values().stream().mapToInt(Integer::intValue).max().orElse(0),
        new AdaptRecord.Copies(
            copies.repeated().size(),
            copies.near(),
            copies.contradictions(),
            List.copyOf(ImageGroups.repeatedInTest(data, context.cache()))),
        groups.entrySet().stream()
            .filter(each -> each.getValue().size() == 1)
            .map(each -> data.classNames().get(each.getKey()))
            .sorted()
            .toList(),
        List.copyOf(unreadable));
  }
}
