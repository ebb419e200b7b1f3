package org.kgcoop.adapt;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.Feature;
import org.kgcoop.features.FeatureRequest;
import org.kgcoop.files.FileErrors;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Accuracy;
import org.kgcoop.runs.AdaptRecord.FewObjects;
import org.kgcoop.runs.AdaptRecord.Plan;
import org.kgcoop.runs.AdaptRecord.Settings;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.trial.CrossValidation;
import org.kgcoop.trial.ExperimentContext;
import org.kgcoop.trial.FewShotSample;
import org.kgcoop.trial.TrialRun;

/**
 * Adaptation: trains the best classifier for a set of images. A short list of methods is compared
 * by cross-validation over images. For classes without images, the cross-validation is also over
 * classes. The best method, or one that the images cannot distinguish from it, is trained on all
 * images. Test images do not affect the choice.
 *
 * <p>The output folder is the run folder of the chosen method, with {@code adapt.json} next to its
 * files. Measurements are kept in {@code .adapt} until the end, so that an interrupted adaptation
 * can be resumed.
 */
public final class AdaptationRun {
  private final ExperimentContext context;
  private final AdaptRequest request;
  private final AdaptFolder folder;
  private final Budget budget;

  private AdaptationRun(ExperimentContext context, AdaptRequest request, Path out, long start) {
    this.context = context;
    this.request = request;
    folder = new AdaptFolder(out);
    double minutes = request.isTimed() ? request.minutes() : AdaptRequest.NO_LIMIT;
    budget = new Budget(context, start, 60 * minutes);
  }

  /** Runs or resumes an adaptation, with the time limit from now. */
  public static AdaptRecord run(ExperimentContext context, AdaptRequest request, Path out) {
    return run(context, request, out, System.nanoTime());
  }

  /**
   * Runs or resumes an adaptation.
   *
   * @param out the output folder
   * @param start the {@link System#nanoTime} at which the time limit began
   * @throws KgCoopException if the folder contains other results, if it is in use, or if the time
   *     is too short to encode two images of each class
   */
  public static AdaptRecord run(
      ExperimentContext context, AdaptRequest request, Path out, long start) {
    return new AdaptationRun(context, request, out, start).run();
  }

  private AdaptRecord run() {
    folder.refuseDataOf(request.data());
    context.cache().encoder().keepSketches(); // for NearCopies, without another decoding
    TrainingImages images = new TrainingImages(context, request);
    AdaptRequest readable = images.present();
    Settings settings = readable.settings(context);
    Optional<AdaptRecord> complete = before(settings);
    if (complete.isPresent() && folder.isDone()) {
      context.progress().message(folder.out() + ": done before");
      return complete.get();
    }
    folder.create();
    try (LockedFile lock = RunFolders.lock(folder.work())) {
      return runLocked(readable, images, settings);
    } catch (IOException e) {
      throw KgCoopException.io(folder.work() + ": cannot be closed: " + FileErrors.reason(e), e);
    }
  }

  private Optional<AdaptRecord> before(Settings settings) {
    Optional<AdaptRecord> before = AdaptRecord.read(folder.out());
    folder.refuseOthers(before.orElse(null), settings);
    return before;
  }

  /** Only the process that holds the lock reads, writes and deletes the measurements. */
  private AdaptRecord runLocked(AdaptRequest request, TrainingImages images, Settings settings) {
    try {
      AdaptRecord known =
          before(settings).filter(each -> each.settings().equals(settings)).orElse(null);
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
      AdaptRequest request, TrainingImages images, Settings settings, @Nullable AdaptRecord known) {
    ImageGroups whole = images.withoutCopies(request.data());
    Comparison.check(request, whole.data());
    Plan repeated = known == null ? request.plan() : known.plan();
    TrainingImages.Encoded encoded = images.encoded(whole.data(), budget, repeated);
    Plan plan = encoded.plan();
    ImageGroups copies = whole.withNear(encoded.data(), context.cache());
    CrossValidation nested =
        new CrossValidation(
            context, FewShotSample.of(copies.data(), request.seed()), folder.work(), TrialRun::run);
    AdaptRecord record =
        known != null
            ? known
            : AdaptRecord.begun(
                settings,
                plan,
                request.labels().labels(),
                images.described(copies, encoded, objects(request, copies, nested)));
    write(record);
    FinalTraining training = new FinalTraining(context, request, copies.data(), plan);
    Comparison comparison =
        new Comparison(context, request, copies.data(), record, budget, nested, copies.share());
    Comparison.Chosen outcome = comparison.run(this::write);
    write(outcome.record());
    AdaptRecord done = trained(training, comparison, outcome, nested, copies.contradictory());
    write(done);
    return done;
  }

  private @Nullable FewObjects objects(
      AdaptRequest of, ImageGroups copies, CrossValidation nested) {
    if (!ObjectSearch.isPossible(of)) {
      return null;
    }
    DataSet data = copies.data();
    FewShotSample sample = FewShotSample.of(data, of.seed());
    return new ObjectSearch(data, nested, new Candidates(context.clip(), 0, sample.task()))
        .find(Feature.vectors(context.cache().get(FeatureRequest.of(data.train()))));
  }

  /**
   * Trains the chosen method on all images. If there is no time for it, the best of the others is
   * trained.
   */
  private AdaptRecord trained(
      FinalTraining training,
      Comparison comparison,
      Comparison.Chosen outcome,
      CrossValidation nested,
      Set<String> contradictory) {
    boolean isLimited = request.isTimed() && !Candidates.isQuick(outcome.method());
    BooleanSupplier stop =
        isLimited
            ? budget.afterNext(budget.left() - comparison.secondsOfAFinalTraining())
            : () -> false;
    try {
      return training.train(outcome, nested, contradictory, folder.out(), stop);
    } catch (KgCoopException e) {
      context.rethrowUnlessOutOfTime(e);
      folder.deleteRun();
      Comparison.Chosen other = comparison.without(outcome.method());
      write(other.record());
      return trained(training, comparison, other, nested, contradictory);
    }
  }

  private void write(AdaptRecord record) {
    record.write(folder.out());
  }

  /** Measures a method of the short list on the test images. */
  public static Accuracy onTest(
      ExperimentContext context, AdaptRequest request, Plan plan, String id, Path work) {
    TrainingImages images = new TrainingImages(context, request);
    ImageGroups whole = images.withoutCopies(request.data());
    return new FinalTraining(context, request, images.planned(whole.data(), plan), plan)
        .onTest(id, work);
  }
}
