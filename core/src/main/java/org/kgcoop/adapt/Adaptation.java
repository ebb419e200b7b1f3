package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cache.FeatureCache;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.data.Item;
import org.kgcoop.experiment.EvaluationSet;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.FewShotSample;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Progress;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.Folders;
import org.kgcoop.files.LockedFile;
import org.kgcoop.files.Sha256;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.method.catalogue.EmbeddedPrompt;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TargetResult;

/**
 * The best classifier that some images can give. The methods of a short list are measured by folds
 * over the images and, where classes without images are to come, by folds over classes; the best by
 * that figure, or a simpler one that does as well, is trained on all of them. Test images have no
 * part in the choice.
 *
 * <p>Its folder is that of the run of the chosen method, with {@code adapt.json} beside its files.
 * What was measured is kept below {@code .adapt} until the end, so that an adaptation that was
 * stopped goes on.
 */
public final class Adaptation {
  private static final String UNSEEN = "unseen";
  private static final String IMAGES = "images";
  private static final String TEST = "test";

  /** Unreadable images that an error names. */
  private static final int MOST_NAMED = 10;

  private final ExperimentContext bench;
  private AdaptRequest request; // without images whose bytes cannot be read
  private final Path out;
  private final Path work;
  private final Budget budget;
  private final Set<String> unreadable = new TreeSet<>(); // images, and why

  private Adaptation(ExperimentContext bench, AdaptRequest request, Path out) {
    this.bench = bench;
    this.request = request;
    this.out = out;
    work = out.resolve(AdaptRecord.WORK);
    budget = new Budget(bench, request.minutes());
  }

  /**
   * Adapts, or goes on where it was stopped.
   *
   * @param out the folder that is written
   * @throws KgCoopException where the folder holds something else, or is in use
   */
  public static AdaptRecord run(ExperimentContext bench, AdaptRequest request, Path out) {
    return new Adaptation(bench, request, out).run();
  }

  private AdaptRecord run() {
    refusePlace();
    List<FeatureCache.Problem> problems = new ArrayList<>();
    List<Path> unused = bench.cache().readable(files(request.data()), problems::add);
    request = request.with(leftOut(request.data(), problems));
    Optional<AdaptRecord> before = AdaptRecord.read(out);
    JsonNode settings = settings();
    refuseOthers(before, settings);
    if (before.isPresent() && RunFolders.isComplete(out) && !Files.exists(work)) {
      bench.progress().message(out + ": done before");
      return before.get();
    }
    try {
      Files.createDirectories(work);
    } catch (IOException e) {
      throw KgCoopException.io(
          out + ": cannot be made: " + FileErrors.reason(e) + "; try another --out", e);
    }
    AdaptRecord done;
    try (LockedFile lock = RunFolders.lock(work)) {
      AdaptRecord known = before.filter(each -> same(each.settings(), settings)).orElse(null);
      if (known == null) {
        deleteRuns(); // of an attempt with other settings, which measured nothing
      }
      ImageGroups whole = ImageGroups.exact(everything(), bench.cache());
      Comparison.check(request, whole.data());
      AdaptRecord.Plan plan =
          known != null
              ? known.plan()
              : budget.plan(whole.data(), request.shots(), EmbeddedPrompt.isFor(bench.clip()));
      ImageGroups copies = whole.withNear(readable(drawn(whole, plan)), bench.cache());
      AdaptRecord record = known != null ? known : AdaptRecord.begun(settings, plan, look(copies));
      record.write(out);
      done = trained(record.choice() == null ? compared(record, copies) : record, copies);
      done.write(out);
    } catch (IOException e) {
      throw KgCoopException.io(work + ": cannot be closed: " + FileErrors.reason(e), e);
    } finally {
      if (!Files.exists(out.resolve(AdaptRecord.FILE))) {
        deleteWork(); // a failed attempt leaves nothing behind
      }
    }
    deleteWork(); // last: what is without it is done
    return done;
  }

  // ---- the place

  /** Refuses to write into the data. */
  private void refusePlace() {
    if (out.toString().isEmpty()) {
      throw KgCoopException.configuration("--out: expected a folder, got an empty text");
    }
    Path place = Folders.real(out);
    DataSet data = request.data();
    Set<Path> folders = new LinkedHashSet<>();
    items(data).stream()
        .filter(item -> item.file().getFileSystem().equals(out.getFileSystem()))
        .forEach(item -> folders.add(Folders.parent(item.file().toAbsolutePath())));
    for (Path folder : folders) {
      Path images = Folders.real(folder);
      if (images.startsWith(place) || place.startsWith(images)) {
        throw KgCoopException.configuration(
            "--out %s: the images of %s lie there, in %s; choose a folder outside of the data"
                .formatted(out, data.name(), folder));
      }
    }
  }

  // ---- what there is

  /** All images that may be learned from: those for training and validation. */
  private DataSet everything() {
    DataSet data = request.data();
    String template = data.template();
    return data.withImages(
            Stream.concat(data.train().stream(), data.val().stream()).toList(),
            List.of(),
            data.test())
        // As zero-shot does without --template.
        .withTemplate(
            template == null && EmbeddedPrompt.isFor(bench.clip())
                ? EmbeddedClip.TEMPLATE
                : template)
        .select(ClassSplit.ALL);
  }

  /** Draws the planned training images. */
  private DataSet drawn(ImageGroups whole, AdaptRecord.Plan plan) {
    return FewShot.draw(whole.data(), plan.shots(), request.seed(), line -> {});
  }

  /**
   * The data without images that cannot be read.
   *
   * @throws KgCoopException that names these images, unless they are to be left out
   */
  private DataSet readable(DataSet data) {
    List<Item> all = items(data);
    List<FeatureCache.Problem> problems = new ArrayList<>();
    try (Progress.Task task =
        bench.progress().start("adapt: " + data.name() + ": image features", all.size())) {
      bench.cache().check(all, problems::add, task::done);
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

  private static List<Item> items(DataSet data) {
    return Stream.of(data.train(), data.val(), data.test()).flatMap(List::stream).toList();
  }

  private static List<Path> files(DataSet data) {
    return items(data).stream().map(Item::file).toList();
  }

  private static List<Item> without(List<Item> items, Set<Path> files) {
    return items.stream().filter(item -> !files.contains(item.file())).toList();
  }

  private AdaptRecord.Images look(ImageGroups copies) {
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
        copies.repeated().size(),
        copies.contradictions(),
        copies.near(),
        groups.entrySet().stream()
            .filter(each -> each.getValue().size() == 1)
            .map(each -> data.classNames().get(each.getKey()))
            .sorted()
            .toList(),
        List.copyOf(ImageGroups.repeatedInTest(data, bench.cache())),
        List.copyOf(unreadable));
  }

  private JsonNode settings() {
    DataSet data = request.data();
    ObjectNode settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("data", data.name())
            .put("fingerprint", Fingerprint.of(data, bench.cache().hashes()))
            .put("shots", request.shots())
            .put("seed", request.seed())
            .put("minutes", request.minutes())
            .put("clip_fingerprint", bench.clip().fingerprint());
    ArrayNode unseen = settings.putArray(UNSEEN);
    request.unseen().forEach(unseen::add);
    ObjectNode images = settings.putObject(IMAGES);
    List<Item> all = items(data);
    all.forEach(item -> images.put(item.className(), images.path(item.className()).asInt() + 1));
    String groups =
        all.stream()
            .filter(item -> !item.group().equals(item.key()))
            .map(item -> item.key() + "\t" + item.group() + "\n")
            .collect(Collectors.joining());
    if (!groups.isEmpty()) {
      settings.put("groups", Sha256.of(groups));
    }
    return settings;
  }

  /** Refuses to go on with what was measured by other settings or other images. */
  private void refuseOthers(Optional<AdaptRecord> before, JsonNode settings) {
    if (before.isEmpty()) {
      if (RunFolders.isOne(out) || RunFolders.isTable(out)) {
        throw KgCoopException.configuration(
            out + ": holds another run or table; choose another --out");
      }
      return;
    }
    if (before.get().candidates().isEmpty()) {
      return; // nothing was measured
    }
    List<String> changes = changes(before.get().settings(), settings);
    if (!changes.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: holds an adaptation with other settings (%s); give the same to go on, delete the"
                  .formatted(out, String.join("; ", changes))
              + " folder to start anew, or choose another --out");
    }
  }

  /** Compares as text, since a number that was read may have another type than one that was not. */
  private static boolean same(JsonNode one, JsonNode other) {
    return one.toString().equals(other.toString());
  }

  /** The settings that changed, in words. */
  private static List<String> changes(JsonNode before, JsonNode now) {
    List<String> changes = new ArrayList<>();
    now.fieldNames()
        .forEachRemaining(
            key -> {
              if (same(before.path(key), now.path(key)) || key.equals(IMAGES)) {
                return;
              }
              changes.add(
                  key.equals("fingerprint")
                      ? imageChanges(before.path(IMAGES), now.path(IMAGES))
                      : "%s: %s before, %s now"
                          .formatted(key, words(before.path(key)), words(now.path(key))));
            });
    return changes;
  }

  private static String words(JsonNode value) {
    return value.isMissingNode() ? "none" : value.isTextual() ? value.asText() : value.toString();
  }

  private static String imageChanges(JsonNode before, JsonNode now) {
    List<String> changes = new ArrayList<>();
    Set<String> names = new LinkedHashSet<>();
    before.fieldNames().forEachRemaining(names::add);
    now.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      int then = before.path(name).asInt();
      int there = now.path(name).asInt();
      if (then != there) {
        changes.add("%s: %s images before, %s now".formatted(name, then, there));
      }
    }
    return changes.isEmpty() ? "images were exchanged or moved" : Messages.firstOf(changes);
  }

  // ---- the classifier

  private AdaptRecord compared(AdaptRecord begun, ImageGroups copies) {
    return new Comparison(bench, request, copies, begun, budget, work)
        .run(record -> record.write(out));
  }

  private AdaptRecord trained(AdaptRecord record, ImageGroups copies) {
    String id = Objects.requireNonNull(record.choice(), "nothing was chosen").method();
    record.write(out);
    RunResults results = trained(bench, record.plan(), copies.data(), id, out, "");
    nameUnseen();
    return record.tested(results.target(TEST).map(Adaptation::interval).orElse(null));
  }

  /**
   * A method trained on all images and measured on the test images, if there are any, among all
   * names. Test images that repeat a training image are left out.
   */
  private RunResults trained(
      ExperimentContext on,
      AdaptRecord.Plan plan,
      DataSet data,
      String id,
      Path below,
      String run) {
    MethodSpec spec = new Candidates(bench.clip(), plan.views()).spec(id);
    Set<String> repeated = ImageGroups.repeatedInTest(data, bench.cache());
    List<Item> asked = data.test().stream().filter(item -> !repeated.contains(item.key())).toList();
    DataSet target =
        new DataSet(data.name(), allNames(data), List.of(), List.of(), asked, data.template());
    List<EvaluationSet> targets =
        asked.isEmpty() ? List.of() : List.of(new EvaluationSet(TEST, target, ClassSplit.ALL));
    Trial trial =
        new Trial(
            spec, FewShotSample.made(data, Comparison.shots(data), request.seed()), targets, run);
    return new TrialRun(on, trial).run(below);
  }

  private List<String> allNames(DataSet data) {
    return Stream.concat(data.classNames().stream(), request.unseen().stream()).toList();
  }

  /** The accuracy of a method of the short list on the test images. */
  static AdaptRecord.Interval onTest(
      ExperimentContext bench, AdaptRequest request, AdaptRecord.Plan plan, String id, Path work) {
    Adaptation adaptation = new Adaptation(bench, request, work);
    ImageGroups whole = ImageGroups.exact(adaptation.everything(), bench.cache());
    return adaptation
        .trained(bench.silent(), plan, adaptation.drawn(whole, plan), id, work, id)
        .target(TEST)
        .map(Adaptation::interval)
        .orElseThrow(() -> KgCoopException.data(request.data().name() + ": no test images"));
  }

  private static AdaptRecord.Interval interval(TargetResult test) {
    return Score.interval(test.correct(), Math.toIntExact(test.total()));
  }

  /** Adds the classes without images to those that the classifier answers for. */
  private void nameUnseen() {
    Path file = out.resolve("classifier.safetensors");
    ClassifierFile own = ClassifierFile.read(file);
    List<String> names =
        Stream.concat(own.classNames().stream(), request.unseen().stream()).distinct().toList();
    if (!names.equals(own.classNames())) {
      own.withClassNames(names).write(file);
    }
  }

  /** Deletes runs of an attempt that ended before anything was known. */
  private void deleteRuns() throws IOException {
    try (DirectoryStream<Path> runs = Files.newDirectoryStream(work, Files::isDirectory)) {
      for (Path run : runs) {
        FolderTree.delete(run);
      }
    }
  }

  private void deleteWork() {
    try {
      if (Files.exists(work)) {
        FolderTree.delete(work);
      }
    } catch (IOException e) {
      throw KgCoopException.io(work + ": cannot be deleted: " + FileErrors.reason(e), e);
    }
  }
}
