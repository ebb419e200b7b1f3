package org.kgcoop.adapt;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.Nearest;
import org.kgcoop.Version;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.classifier.RecordedClip;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.ImageSet;
import org.kgcoop.data.Item;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;
import org.kgcoop.data.layout.TagSet;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.Json;
import org.kgcoop.files.LockedFile;
import org.kgcoop.files.Sha256;
import org.kgcoop.method.GapHead;
import org.kgcoop.method.TemplateEnsemble;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.TagRecord;
import org.kgcoop.runs.TagRecord.Check;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagHead;
import org.kgcoop.tags.TagMeasurement;
import org.kgcoop.tags.TagMeasurement.By;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.trial.ExperimentContext;

/**
 * Adaptation to tags: fits a {@link TagHead} to labeled images, and finds the threshold and promise
 * of each tag. Near copies are in one group, which no fold splits. Features are cached, so each
 * call computes everything else again, and the same settings give the same bytes.
 *
 * @param set the labeled images with their groups, and all images of the folder
 * @param wish of 100 images that get a tag, so many must be right
 * @param seed for the folds, and for the images of a check
 * @param skipsUnreadable true to leave out unreadable images
 * @param check the tag that a person wants to check; null for none
 */
public record TagAdaptation(
    TagSet set, int wish, long seed, boolean skipsUnreadable, @Nullable String check) {
  private static final int LEAST_WISH = 1;
  private static final int LARGEST_WISH = 99;
  private static final int MOST_NAMED = 10;

  public TagAdaptation {
    if (wish < LEAST_WISH || wish > LARGEST_WISH) {
      throw KgCoopException.configuration(
          "--wish: expected %s to %s, got %s".formatted(LEAST_WISH, LARGEST_WISH, wish));
    }
  }

  /**
   * The labeled images as the head takes them.
   *
   * @param items the readable ones
   * @param features their features
   * @param tags the tags that at least one of them has
   * @param has true if an image has a tag, (n, K)
   * @param groups the number of the group of each image
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Labeled(
      List<Item> items, List<float[]> features, List<String> tags, boolean[][] has, int[] groups) {
    boolean[] has(int tag) {
      boolean[] column = new boolean[has.length];
      IntStream.range(0, has.length).forEach(i -> column[i] = has[i][tag]);
      return column;
    }
  }

  /**
   * Runs the adaptation and writes its files.
   *
   * @param out the folder
   * @throws KgCoopException if the folder has other results or is in use, or an image cannot be
   *     read
   */
  public TagRecord run(ExperimentContext context, Path out) {
    AdaptFolder folder = new AdaptFolder(out);
    folder.refuseDataOf(set.all());
    checkSize(set.labeled().train().size());
    folder.refuseClasses();
    folder.create();
    try (LockedFile lock = RunFolders.lock(folder.work())) {
      try {
        folder.refuseClasses(); // of a process that had the lock before
        return learn(context, out);
      } finally {
        folder.deleteWork();
      }
    } catch (IOException e) {
      throw KgCoopException.io(folder.work() + ": cannot be closed: " + FileErrors.reason(e), e);
    }
  }

  private TagRecord learn(ExperimentContext context, Path out) {
    TagChecks checks = TagChecks.read(out); // before any work
    Set<String> unreadable = new TreeSet<>();
    DataSet data = set.labeled();
    String template =
        data.template() == null && EmbeddedPrompt.isFor(context.clip())
            ? EmbeddedClip.TEMPLATE
            : Templates.of(data);
    Map<String, float[]> texts = texts(context, template);
    Labeled labeled = labeled(context, unreadable);
    TagHead.Fit fit = fit(labeled, texts);
    context.checkInterrupted();
    int[] folds = TagMeasurement.folds(labeled.groups(), seed);
    List<TagMeasurement> measured =
        IntStream.range(0, labeled.tags().size())
            .parallel()
            .mapToObj(
                k ->
                    TagMeasurement.of(
                        IntStream.range(0, labeled.groups().length)
                            .mapToDouble(i -> fit.leftOut()[i][k])
                            .toArray(),
                        labeled.has(k),
                        labeled.groups(),
                        folds,
                        wish / 100.0))
            .toList();
    List<LearnedTag> learned = new ArrayList<>();
    for (int k = 0; k < measured.size(); k++) {
      String tag = labeled.tags().get(k);
      learned.add(LearnedTag.of(tag, measured.get(k), wish, set.incomplete().contains(tag)));
    }
    TagChecks drawn =
        check == null ? checks : check(context, checks, learned, labeled, fit, unreadable);
    for (String tag : drawn.outdated(learned)) {
      context
          .warnings()
          .accept(
              "%s: the check of %s was for another threshold and no longer counts"
                  .formatted(drawn.file(), tag));
    }
    List<TagRecord.Result> results = new ArrayList<>();
    for (int k = 0; k < learned.size(); k++) {
      LearnedTag tag = drawn.applied(learned.get(k), wish);
      learned.set(k, tag);
      results.add(
          new TagRecord.Result(
              tag,
              measured.get(k).positives(),
              measured.get(k).effectivePositives(),
              drawn.of(tag, wish).orElse(null)));
    }
    results.sort(Comparator.comparing(TagRecord.Result::tag, worstFirst()));
    List<String> hashes =
        context.cache().hashes().of(labeled.items().stream().map(Item::file).toList());
    String fingerprint = fingerprint(labeled, hashes);
    new TagFile(
            fit.head(),
            learned,
            template,
            RecordedClip.of(context.clip()),
            new TrainingDataRecord(data.name(), fingerprint, ImageSet.of(hashes)),
            Version.KGCOOP)
        .write(ClassifierFile.in(out));
    TagRecord record =
        new TagRecord(
            new TagRecord.Settings(
                data.name(),
                fingerprint,
                wish,
                seed,
                template,
                Json.tree(context.computation().toJson())),
            Json.tree(context.provenance().with("clip", context.clip().source()).toJson()),
            new TagRecord.Images(
                labeled.items().size(),
                (int) IntStream.of(labeled.groups()).distinct().count(),
                set.all().train().size(),
                List.copyOf(unreadable)),
            results,
            set.tags().stream().filter(tag -> !labeled.tags().contains(tag)).toList());
    record.write(out);
    return record;
  }

  /** Orders tags: not measured, below the wish, written; of these, the least promise first. */
  private static Comparator<LearnedTag> worstFirst() {
    return Comparator.<LearnedTag>comparingInt(
            tag -> tag.by() == By.NOT_MEASURED ? 0 : tag.by() == By.BELOW ? 1 : 2)
        .thenComparingInt(tag -> tag.promise() == null ? 0 : tag.promise())
        .thenComparing(LearnedTag::name);
  }

  private void checkSize(int images) {
    if (images < 2 || images > TagHead.MAX_IMAGES) {
      throw KgCoopException.data(
          "%s: %s; expected 2 to %s"
              .formatted(
                  set.labeled().name(),
                  Messages.count(images, "labeled image", "labeled images"),
                  TagHead.MAX_IMAGES));
    }
  }

  /** Encodes the text of each tag that a labeled image has; a name may be too long. */
  private Map<String, float[]> texts(ExperimentContext context, String template) {
    List<String> tags = set.tags(true);
    if (tags.isEmpty()) {
      throw noTag();
    }
    try (Scope scope = Scope.open("texts")) {
      float[][] rows =
          new TemplateEnsemble(List.of(template), Underscores.REPLACE)
              .unit(context.clip(), tags)
              .toRows();
      return IntStream.range(0, rows.length)
          .boxed()
          .collect(Collectors.toMap(tags::get, i -> rows[i]));
    }
  }

  private KgCoopException noTag() {
    return KgCoopException.data(set.labeled().name() + ": no labeled image has a tag");
  }

  /**
   * Encodes images.
   *
   * @param unreadable gets the images that cannot be read, with the reason
   * @param sink receives the features in the order of the images
   */
  private void encode(
      ExperimentContext context,
      List<Item> images,
      Set<String> unreadable,
      BiConsumer<Item, float[]> sink) {
    Map<Path, KgCoopException> problems = new LinkedHashMap<>();
    try (Progress.Task task = context.progress().start("images", images.size())) {
      context
          .cache()
          .each(
              FeatureRequest.of(images)
                  .withUnreadable(problems::put)
                  .withProgress(
                      done -> {
                        task.done(done);
                        context.checkInterrupted();
                      }),
              (feature, i) -> sink.accept(images.get(i), feature.vector()));
    }
    if (!problems.isEmpty() && !skipsUnreadable) {
      throw KgCoopException.data(
          "%s of %s images cannot be read: %s; delete them, or leave them out with --skip-bad"
              .formatted(
                  problems.size(),
                  images.size(),
                  problems.values().stream()
                      .limit(MOST_NAMED)
                      .map(e -> String.valueOf(e.getMessage()))
                      .collect(Collectors.joining("; "))),
          problems.values().iterator().next());
    }
    problems.values().forEach(e -> unreadable.add(String.valueOf(e.getMessage())));
  }

  /** Encodes the labeled images, and finds the groups of copies. */
  private Labeled labeled(ExperimentContext context, Set<String> unreadable) {
    context.cache().encoder().keepSketches(); // for NearCopies, without another decoding
    Map<Item, float[]> features = new LinkedHashMap<>();
    encode(context, set.labeled().train(), unreadable, features::put);
    List<Item> items = List.copyOf(features.keySet());
    checkSize(items.size());
    List<String> tags =
        set.withLabeled(set.labeled().withImages(items, List.of(), List.of())).tags(true);
    if (tags.isEmpty()) {
      throw noTag();
    }
    boolean[][] has = new boolean[items.size()][tags.size()];
    for (int i = 0; i < has.length; i++) {
      for (int k = 0; k < tags.size(); k++) {
        has[i][k] = set.has(items.get(i), tags.get(k));
      }
    }
    return new Labeled(items, List.copyOf(features.values()), tags, has, groups(context, items));
  }

  /** Returns the numbers of the groups: of the user, united by exact and near copies. */
  private int[] groups(ExperimentContext context, List<Item> items) {
    ImageGroups.Groups groups = new ImageGroups.Groups(items);
    List<String> hashes = context.cache().hashes().of(items.stream().map(Item::file).toList());
    Map<String, Item> distinct = new LinkedHashMap<>(); // by hash
    for (int i = 0; i < items.size(); i++) {
      Item first = distinct.putIfAbsent(hashes.get(i), items.get(i));
      if (first != null) {
        groups.join(first.group(), items.get(i).group());
      }
    }
    List<Item> alike = groups.of(List.copyOf(distinct.values()));
    // All images have one class, because frames of a burst often have different keywords. Those
    // without a common tag show how much pictures of different things differ.
    NearCopies.of(
            alike,
            context.cache(),
            context::checkInterrupted,
            (one, other) -> set.differ(alike.get(one), alike.get(other)))
        .pairs()
        .forEach(
            pair -> groups.join(alike.get(pair.first()).group(), alike.get(pair.second()).group()));
    return Item.groupNumbers(groups.of(items)).stream().mapToInt(Integer::intValue).toArray();
  }

  private static TagHead.Fit fit(Labeled labeled, Map<String, float[]> texts) {
    try (Scope scope = Scope.open("tags")) {
      Tensor features = Tensor.ofRows(labeled.features().toArray(float[][]::new));
      return TagHead.fit(
          features,
          Tensor.ofRows(labeled.tags().stream().map(texts::get).toArray(float[][]::new)),
          labeled.has(),
          labeled.groups(),
          GapHead.distance(features));
    }
  }

  /** Draws the images of the check that the user wants, if there is none for this threshold. */
  private TagChecks check(
      ExperimentContext context,
      TagChecks checks,
      List<LearnedTag> learned,
      Labeled labeled,
      TagHead.Fit fit,
      Set<String> unreadable) {
    List<String> names = learned.stream().map(LearnedTag::name).toList();
    int k = names.indexOf(check);
    if (k < 0) {
      throw KgCoopException.configuration(
          "--check %s: no such tag%s".formatted(check, Nearest.hint(String.valueOf(check), names)));
    }
    LearnedTag tag = learned.get(k);
    if (tag.by().isWritten()) {
      throw KgCoopException.configuration(
          "--check %s: the tag is written already, so it needs no check".formatted(check));
    }
    if (checks.of(tag, wish).isPresent()) {
      return checks;
    }
    int most = TagMeasurement.afterCheck(Check.IMAGES, Check.IMAGES);
    if (most < wish) {
      throw KgCoopException.configuration(
          "--check %s: %s images that are all right promise %s of 100, and you wish %s; lower --wish"
              .formatted(check, Check.IMAGES, most, wish));
    }
    // The head fits its own images better than others, so these count with their left-out scores.
    Map<String, double[]> leftOut = new HashMap<>();
    for (int i = 0; i < labeled.items().size(); i++) {
      leftOut.put(labeled.items().get(i).key(), fit.leftOut()[i]);
    }
    List<String> reached = new ArrayList<>();
    encode(
        context,
        set.all().train(),
        unreadable,
        (item, feature) -> {
          double[] own = leftOut.get(item.key());
          double score = own == null ? fit.head().scores(feature)[k] : own[k];
          if (score >= tag.threshold()) {
            reached.add(item.file().toString());
          }
        });
    return checks.drawn(tag, reached, seed);
  }

  /** Returns a SHA-256 of the images, their tags and their groups. */
  private static String fingerprint(Labeled labeled, List<String> hashes) {
    StringBuilder text = new StringBuilder(String.join("\n", labeled.tags()));
    for (int i = 0; i < hashes.size(); i++) {
      text.append('\n').append(hashes.get(i)).append(' ').append(labeled.groups()[i]);
      for (int k = 0; k < labeled.tags().size(); k++) {
        text.append(labeled.has()[i][k] ? '1' : '0');
      }
    }
    return Sha256.of(text.toString());
  }
}
