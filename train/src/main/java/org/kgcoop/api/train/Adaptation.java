package org.kgcoop.api.train;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.adapt.AdaptRequest;
import org.kgcoop.adapt.AdaptationRun;
import org.kgcoop.adapt.LabelSource;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.ImageFiles;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.runs.AdaptRecord;

/**
 * An adaptation for programs, equal to {@code ./kgcoop adapt}: it compares methods by
 * cross-validation and trains the best one on all images. It writes the same folder as the command,
 * without the report. With the same plan, its {@code classifier.safetensors} is byte-identical.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load("ViT-B/32-256", question -> true)) {
 *   Adaptation.Outcome best =
 *       Adaptation.of(clip, Path.of("pets")) // pets/cat/1.jpg, pets/dog/2.jpg, ...
 *           .into(Path.of("runs/pets"));
 *   best.expected().ifPresent(accuracy -> System.out.println(accuracy.percent()));
 *   Classifier classifier = Classifier.load(best.folder(), clip); // close it before the Clip
 * }
 * }</pre>
 *
 * <p>An instance is not thread-safe. The {@link Clip} stays open.
 */
public final class Adaptation {
  private final Clip clip;
  private final @Nullable Path path; // null for an embedded data set
  private final Function<DataSetOptions, DataSet> data;
  private double minutes = AdaptRequest.NO_LIMIT;
  private @Nullable Path plan;
  private List<String> unseen = List.of();
  private int shots = FewShot.ALL;
  private long seed = 1;
  private AdaptRecord.Labels.@Nullable Origin labels;
  private List<Path> unknown = List.of();
  private boolean skipsUnreadable;
  private @Nullable String template;
  private @Nullable Path cache;
  private TrainingListener listener = step -> {};
  private BooleanSupplier cancelled = () -> false;

  private Adaptation(Clip clip, @Nullable Path path, Function<DataSetOptions, DataSet> data) {
    this.clip = clip;
    this.path = path;
    this.data = data;
  }

  /**
   * Creates an adaptation to your own images.
   *
   * @param clip the CLIP model that the classifier will use
   * @param data a folder with one subfolder per class, or another layout as for {@link
   *     Training#of}. Without train and test parts, all images are used for training.
   */
  public static Adaptation of(Clip clip, Path data) {
    return new Adaptation(clip, data, options -> DataSets.open(data, options));
  }

  /**
   * Creates an adaptation to images of the module {@code kgcoop-embedded}.
   *
   * @param name the name of the data set, such as {@code places}
   */
  public static Adaptation ofEmbedded(Clip clip, String name) {
    return new Adaptation(clip, null, options -> EmbeddedDataSets.open(name, options));
  }

  /**
   * Sets a time limit, as {@code --minutes} (default: none). All methods are then compared, and
   * methods and images that do not fit into the time are left out.
   *
   * @throws KgCoopException of the category CONFIGURATION if it is not a number above 0
   */
  @CanIgnoreReturnValue
  public Adaptation minutes(double limit) {
    if (!(limit > 0) || Double.isInfinite(limit)) {
      throw KgCoopException.configuration("minutes: expected above 0, got " + limit);
    }
    minutes = limit;
    return this;
  }

  /**
   * Repeats the adaptation in a folder without a time limit, as {@code --plan}: it compares the
   * same methods on the same number of images.
   */
  @CanIgnoreReturnValue
  public Adaptation plan(Path folder) {
    plan = folder;
    return this;
  }

  /** Sets the names of classes without images that the classifier should also know. */
  @CanIgnoreReturnValue
  public Adaptation unseen(String... names) {
    unseen = List.of(names);
    return this;
  }

  /** Sets the maximum number of images per class, as {@code --shots} (default: all). */
  @CanIgnoreReturnValue
  public Adaptation shots(int count) {
    if (count < 1) {
      throw KgCoopException.configuration("shots: expected at least 1, got " + count);
    }
    shots = count;
    return this;
  }

  /** Sets the seed of all random choices, as {@code --seed} (default: 1). */
  @CanIgnoreReturnValue
  public Adaptation seed(long value) {
    seed = value;
    return this;
  }

  /**
   * States how the images were selected for labeling, as {@code --labels}.
   *
   * @param origin {@code random}, or {@code chosen} by a person or a program
   * @throws KgCoopException of the category CONFIGURATION for another text
   */
  @CanIgnoreReturnValue
  public Adaptation labels(String origin) {
    labels = AdaptRecord.Labels.Origin.stated("labels", origin);
    return this;
  }

  /**
   * Sets a folder of images that belong to no class, as {@code --unknown}. They only measure how
   * many of them the classifier accepts.
   */
  @CanIgnoreReturnValue
  public Adaptation unknown(Path folder) {
    unknown = List.of(folder);
    return this;
  }

  /** Skips unreadable images and reports each in a message, as {@code --skip-bad}. */
  @CanIgnoreReturnValue
  public Adaptation skippingUnreadable() {
    skipsUnreadable = true;
    return this;
  }

  /** Sets the template text of the classes, as {@code --template}. */
  @CanIgnoreReturnValue
  public Adaptation template(String text) {
    template = text;
    return this;
  }

  /** Sets the folder of the feature cache, as {@link Training#cache}. */
  @CanIgnoreReturnValue
  public Adaptation cache(Path folder) {
    cache = folder;
    return this;
  }

  /** Sets the listener, which receives the steps of all trainings, progress and messages. */
  @CanIgnoreReturnValue
  public Adaptation listener(TrainingListener newListener) {
    listener = Objects.requireNonNull(newListener, "listener");
    return this;
  }

  /**
   * Sets the cancellation check. If it returns true, {@link #into} throws an exception of the
   * category {@code INTERRUPTED}. The same call then resumes.
   */
  @CanIgnoreReturnValue
  public Adaptation cancelledBy(BooleanSupplier newCancelled) {
    cancelled = Objects.requireNonNull(newCancelled, "cancelled");
    return this;
  }

  /**
   * An accuracy with its 95 % interval, in percent.
   *
   * @param images the number of measured images
   */
  public record Accuracy(double percent, double low, double high, int images) {}

  /**
   * The result of an adaptation.
   *
   * @param folder the run folder, for {@link org.kgcoop.api.Classifier#load}
   * @param method the name of the chosen method, such as {@code kgcoop}
   * @param expected the expected accuracy on new images like the training images; empty if the
   *     labels do not allow an estimate
   */
  public record Outcome(Path folder, String method, Optional<Accuracy> expected) {}

  /**
   * Adapts, resumes an interrupted adaptation, or returns the result of a finished one.
   *
   * @param folder the run folder, as {@code --out}; created if it does not exist
   * @throws KgCoopException if a setting is invalid, an image cannot be read, the time is too
   *     short, or the folder contains other results; with the category {@code INTERRUPTED} if the
   *     adaptation was canceled
   */
  @CanIgnoreReturnValue
  public Outcome into(Path folder) {
    long start = System.nanoTime();
    DataSet set =
        data.apply(DataSetOptions.defaults(listener::message).withTemplate(template).undivided());
    AdaptRequest request =
        new AdaptRequest(set, unseen, shots, minutes, seed)
            .comparing(Double.isInfinite(minutes) ? List.of() : AdaptRequest.comparable())
            .with(skipsUnreadable, ImageFiles.expand(foldersOfNoClass(), listener::message))
            .with(path == null ? LabelSource.stated(labels) : LabelSource.of(path, set, labels));
    if (plan != null) {
      request = request.with(AdaptRecord.complete("plan", plan).plan());
    }
    AdaptRecord record =
        AdaptationRun.run(
            ReportedProgress.context(clip, cache, listener, cancelled), request, folder, start);
    record.images().unreadable().forEach(listener::message);
    AdaptRecord.Choice choice = Objects.requireNonNull(record.choice(), "choice");
    return new Outcome(
        folder,
        choice.method(),
        Optional.ofNullable(record.result().expected())
            .map(each -> new Accuracy(each.accuracy(), each.low(), each.high(), each.images())));
  }

  private List<Path> foldersOfNoClass() {
    List<Path> folders = new ArrayList<>();
    if (path != null) {
      DataSets.noClass(path).filter(ImageFiles::hasImages).ifPresent(folders::add);
    }
    folders.addAll(unknown);
    return folders;
  }
}
