package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunFolders;

/**
 * Adaptation: trains the best classifier for a set of images. A short list of methods is compared
 * by cross-validation over images. For classes without images, the cross-validation is also over
 * classes. The best method, or one that the images cannot distinguish from it, is trained on all
 * images. Test images do not affect the choice.
 *
 * <p>The output folder is the run folder of the chosen method, with {@code adapt.json} next to its
 * files. Measurements are kept in {@code .adapt} until the end, so that an interrupted adaptation
 * can be resumed.
 *
 * <p>A first classifier is available as soon as the quick methods are compared. The final
 * classifier replaces it.
 */
public final class Adaptation {
  private static final String FIRST = "first"; // the run of the first classifier

  private final ExperimentContext context;
  private final AdaptRequest asked;
  private final AdaptFolder folder;
  private final Budget budget;
  private final Consumer<AdaptRecord> first;

  private Adaptation(
      ExperimentContext context,
      AdaptRequest request,
      Path out,
      Consumer<AdaptRecord> first,
      long start) {
    this.context = context;
    this.asked = request;
    this.first = first;
    folder = new AdaptFolder(out);
    double minutes = request.plan() == null ? request.minutes() : Double.POSITIVE_INFINITY;
    budget = new Budget(context, start, minutes);
  }

  /** Runs or resumes an adaptation. */
  public static AdaptRecord run(ExperimentContext context, AdaptRequest request, Path out) {
    return run(context, request, out, record -> {});
  }

  /** Runs or resumes an adaptation, with the time limit from now. */
  public static AdaptRecord run(
      ExperimentContext context, AdaptRequest request, Path out, Consumer<AdaptRecord> first) {
    return run(context, request, out, first, System.nanoTime());
  }

  /**
   * Runs or resumes an adaptation.
   *
   * @param out the output folder
   * @param first receives the record as soon as the folder contains a first classifier
   * @param start the {@link System#nanoTime} at which the time limit began
   * @throws KgCoopException if the folder contains other results, if it is in use, or if the time
   *     is too short to encode two images of each class
   */
  public static AdaptRecord run(
      ExperimentContext context,
      AdaptRequest request,
      Path out,
      Consumer<AdaptRecord> first,
      long start) {
    return new Adaptation(context, request, out, first, start).run();
  }

  private AdaptRecord run() {
    folder.refuseDataOf(asked.data());
    TrainingImages images = new TrainingImages(context, asked);
    AdaptRequest request = asked.with(images.present());
    JsonNode settings = AdaptSettings.of(request, context);
    Optional<AdaptRecord> complete = before(settings);
    if (complete.isPresent() && folder.isDone()) {
      context.progress().message(folder.out() + ": done before");
      return complete.get();
    }
    folder.create();
    try (LockedFile lock = RunFolders.lock(folder.work())) {
      return runLocked(request, images, settings);
    } catch (IOException e) {
      throw KgCoopException.io(folder.work() + ": cannot be closed: " + FileErrors.reason(e), e);
    }
  }

  private Optional<AdaptRecord> before(JsonNode settings) {
    Optional<AdaptRecord> before = AdaptRecord.read(folder.out());
    folder.refuseOthers(before, settings);
    return before;
  }

  /** Only the process that holds the lock reads, writes and deletes the measurements. */
  private AdaptRecord runLocked(AdaptRequest request, TrainingImages images, JsonNode settings)
      throws IOException {
    try {
      AdaptRecord known =
          before(settings)
              .filter(each -> AdaptSettings.same(each.settings(), settings))
              .orElse(null);
      if (known == null) {
        folder.deleteRuns(); // left by an attempt with other settings and without measurements
      }
      AdaptRecord done = run(request, images, settings, known);
      folder.deleteWork(); // deleted last: without this folder, the adaptation is complete
      return done;
    } finally {
      if (!Files.exists(folder.out().resolve(AdaptRecord.FILE))) {
        folder.deleteWork(); // a failed attempt leaves no files
      }
    }
  }

  private AdaptRecord run(
      AdaptRequest request, TrainingImages images, JsonNode settings, @Nullable AdaptRecord known) {
    ImageGroups whole = images.withoutCopies(request.data());
    Comparison.check(request, whole.data());
    AdaptRecord.Plan repeated = known == null ? request.plan() : known.plan();
    TrainingImages.Encoded encoded = images.encoded(whole.data(), budget, repeated);
    AdaptRecord.Plan plan = encoded.plan();
    ImageGroups copies = whole.withNear(encoded.data(), context.cache());
    if (!copies.hint().isEmpty()) {
      context.warnings().accept(copies.hint());
    }
    AdaptRecord record =
        known != null
            ? known
            : AdaptRecord.begun(
                settings, plan, request.labels().labels(), images.described(copies, encoded));
    write(record);
    HeldOutRuns runs = new HeldOutRuns(context, request, copies, folder.work());
    FinalTraining training = new FinalTraining(context, request, copies.data(), plan);
    Comparison comparison = new Comparison(context, request, copies.data(), record, budget, runs);
    Comparison.Outcome outcome =
        comparison.run(
            this::write,
            quick ->
                publishFirst(
                    training.train(quick, runs, copies.contradictory(), firstRun(), () -> false)));
    write(outcome.record());
    AdaptRecord done = trained(training, comparison, outcome, runs, copies.contradictory());
    write(done);
    return done;
  }

  /**
   * Trains the chosen method on all images. If there is no time for it, the best of the others is
   * trained.
   */
  private AdaptRecord trained(
      FinalTraining training,
      Comparison comparison,
      Comparison.Outcome outcome,
      HeldOutRuns runs,
      Set<String> contradictory) {
    boolean isLimited = asked.plan() == null && !Candidates.isQuick(outcome.method());
    BooleanSupplier stop =
        isLimited
            ? budget.afterNext(budget.left() - comparison.secondsOfAFinalTraining())
            : () -> false;
    try {
      return training.train(outcome, runs, contradictory, folder.out(), stop);
    } catch (KgCoopException e) {
      if (e.category() != KgCoopException.Category.INTERRUPTED
          || context.interrupted().getAsBoolean()) {
        throw e;
      }
      folder.deleteRun();
      Comparison.Outcome other = comparison.without(outcome.method());
      write(other.record());
      return trained(training, comparison, other, runs, contradictory);
    }
  }

  private void write(AdaptRecord record) {
    record.write(folder.out());
  }

  private Path firstRun() {
    return folder.work().resolve(FIRST);
  }

  /** Publishes the classifier of the best quick method, so that it can be used immediately. */
  private void publishFirst(AdaptRecord record) {
    Path file = ClassifierFile.in(firstRun());
    AtomicFile.write(ClassifierFile.in(folder.out()), to -> Files.copy(file, to));
    write(record);
    first.accept(record);
  }

  /** Measures a method of the short list on the test images. */
  public static AdaptRecord.Interval onTest(
      ExperimentContext context,
      AdaptRequest request,
      AdaptRecord.Plan plan,
      String id,
      Path work) {
    TrainingImages images = new TrainingImages(context, request);
    ImageGroups whole = images.withoutCopies(request.data());
    return new FinalTraining(context, request, images.planned(whole.data(), plan), plan)
        .onTest(id, work);
  }
}
