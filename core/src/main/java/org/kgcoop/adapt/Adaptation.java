package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Fingerprint;
import org.kgcoop.data.Item;
import org.kgcoop.experiment.Contender;
import org.kgcoop.experiment.Draw;
import org.kgcoop.experiment.Target;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.experiment.Workbench;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.FolderTree;
import org.kgcoop.files.LockedFile;
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
  private static final String TEST = "test";

  private final Workbench bench;
  private final AdaptRequest request;
  private final Path out;
  private final Path work;
  private final Budget budget;

  private Adaptation(Workbench bench, AdaptRequest request, Path out) {
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
  public static AdaptRecord run(Workbench bench, AdaptRequest request, Path out) {
    return new Adaptation(bench, request, out).run();
  }

  private AdaptRecord run() {
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
      AdaptRecord record =
          before.orElseGet(
              () -> {
                DataSet all = learned(FewShot.ALL);
                AdaptRecord.Plan plan =
                    budget.plan(all, request.shots(), EmbeddedPrompt.isFor(bench.clip()));
                AdaptRecord begun =
                    new AdaptRecord(
                        settings,
                        plan,
                        look(learned(plan.shots())),
                        List.of(),
                        null,
                        null,
                        null,
                        null);
                begun.write(out);
                return begun;
              });
      done = trained(record.choice() == null ? compared(record) : record);
      done.write(out);
    } catch (IOException e) {
      throw KgCoopException.io(work + ": cannot be closed: " + FileErrors.reason(e), e);
    }
    deleteWork(); // last: what is without it is done
    return done;
  }

  // ---- what there is

  /**
   * The images that are learned from: those for training and validation, of the classes with any.
   */
  private DataSet learned(int shots) {
    DataSet data = request.data();
    List<Item> all = Stream.concat(data.train().stream(), data.val().stream()).toList();
    return FewShot.draw(
            data.withPictures(all, List.of(), data.test()), shots, request.seed(), line -> {})
        .select(ClassSplit.ALL);
  }

  private AdaptRecord.Images look(DataSet data) {
    Map<Integer, Integer> sizes = new HashMap<>();
    data.train().forEach(item -> sizes.merge(item.label(), 1, Integer::sum));
    List<String> hashes = bench.bank().hashes().of(data.train().stream().map(Item::file).toList());
    Map<String, Item> firsts = new HashMap<>();
    int repeated = 0;
    List<String> contradictions = new ArrayList<>();
    for (int i = 0; i < hashes.size(); i++) {
      Item item = data.train().get(i);
      Item first = firsts.putIfAbsent(hashes.get(i), item);
      if (first != null && first.label() == item.label()) {
        repeated++;
      } else if (first != null) {
        contradictions.add(first.key() + " = " + item.key());
      }
    }
    return new AdaptRecord.Images(
        data.train().size(),
        data.classNames().size(),
        sizes.values().stream().mapToInt(Integer::intValue).min().orElse(0),
        sizes.values().stream().mapToInt(Integer::intValue).max().orElse(0),
        repeated,
        contradictions);
  }

  private JsonNode settings() {
    DataSet data = request.data();
    ObjectNode settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("data", data.name())
            .put("fingerprint", Fingerprint.of(data, bench.bank().hashes()))
            .put("shots", request.shots())
            .put("seed", request.seed())
            .put("minutes", request.minutes())
            .put("clip_fingerprint", bench.clip().fingerprint());
    ArrayNode unseen = settings.putArray(UNSEEN);
    request.unseen().forEach(unseen::add);
    return settings;
  }

  private void refuseOthers(Optional<AdaptRecord> before, JsonNode settings) {
    if (before.isEmpty()) {
      if (RunFolders.isOne(out) || RunFolders.isTable(out)) {
        throw KgCoopException.configuration(
            out + ": holds another run or table; choose another --out");
      }
      return;
    }
    JsonNode was = before.get().settings();
    List<String> differences = new ArrayList<>();
    settings
        .fieldNames()
        .forEachRemaining(
            key -> {
              if (!settings.path(key).toString().equals(was.path(key).toString())) {
                differences.add(key);
              }
            });
    if (!differences.isEmpty()) {
      throw KgCoopException.configuration(
          "%s: holds an adaptation with another %s; give the same to go on, or choose another --out"
              .formatted(out, String.join(", ", differences)));
    }
  }

  // ---- the classifier

  private AdaptRecord compared(AdaptRecord begun) {
    return new Comparison(bench, request, learned(begun.plan().shots()), begun, budget, work)
        .run(record -> record.write(out));
  }

  private AdaptRecord trained(AdaptRecord record) {
    AdaptRecord.Choice choice = record.choice();
    if (choice == null) {
      throw new IllegalStateException("nothing was chosen");
    }
    record.write(out);
    RunResults results = trained(bench, record.plan(), choice.method(), out, "");
    nameUnseen();
    return record.tested(results.target(TEST).map(Adaptation::interval).orElse(null));
  }

  /** A method trained on all images and measured on the test images, if there are any. */
  private RunResults trained(
      Workbench on, AdaptRecord.Plan plan, String id, Path below, String run) {
    DataSet data = learned(plan.shots());
    Contender contender = new Candidates(bench.clip(), plan.views()).contender(id);
    List<Target> targets =
        data.test().isEmpty() ? List.of() : List.of(new Target(TEST, data, ClassSplit.ALL));
    Trial trial =
        new Trial(contender, Draw.made(data, Comparison.shots(data), request.seed()), targets, run);
    return new TrialRun(on, trial).run(below);
  }

  /** The accuracy of a method of the short list on the test images. */
  static AdaptRecord.Interval onTest(
      Workbench bench, AdaptRequest request, AdaptRecord.Plan plan, String id, Path work) {
    return new Adaptation(bench, request, work)
        .trained(bench.silent(), plan, id, work, id)
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
