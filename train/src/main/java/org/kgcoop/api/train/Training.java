package org.kgcoop.api.train;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.runs.RunResults;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.trial.MethodSpec;
import org.kgcoop.trial.Trial;
import org.kgcoop.trial.TrialRun;

/**
 * A training for programs, equal to {@code ./kgcoop train}. It writes the same run folder as the
 * command. With the same settings, its {@code classifier.safetensors} is byte-identical.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load(Path.of("ViT-B-16.pt"))) {
 *   Training.Outcome run =
 *       Training.of(clip, Path.of("pets")) // pets/cat/1.jpg, pets/dog/2.jpg, ...
 *           .set("weight", 4)
 *           .training("epochs", 20)
 *           .shots(8)
 *           .listener(step -> System.out.println(step.epoch() + ": " + step.loss()))
 *           .into(Path.of("runs/pets"));
 *   Classifier classifier = Classifier.load(run.folder(), clip); // close it before the Clip
 * }
 * }</pre>
 *
 * <p>Settings have the names and defaults of the command line. All settings are checked before the
 * folder is created. An invalid setting causes a {@link KgCoopException} with a one-line message.
 * An instance is not thread-safe. The {@link Clip} stays open.
 */
public final class Training {
  /** Not a training setting here, because {@link #seed} also selects the few-shot sample. */
  private static final String SEED = "seed";

  private final Clip clip;
  private final Function<DataSetOptions, DataSet> data;
  private SettingValues settings = SettingValues.NONE;
  private SettingValues training = SettingValues.NONE;
  private String method = KgCoOp.ID;
  private boolean calibrate;
  private int shots = 16;
  private long seed = 1;
  private @Nullable String template;
  private @Nullable Path cache;
  private TrainingListener listener = step -> {};
  private BooleanSupplier cancelled = () -> false;

  private Training(Clip clip, Function<DataSetOptions, DataSet> data) {
    this.clip = clip;
    this.data = data;
  }

  /**
   * Creates a training on your own images.
   *
   * @param clip the CLIP model that the classifier will use
   * @param data the value of {@code --data}: a folder with one subfolder per class, a folder with
   *     {@code train} and {@code test}, a manifest, a .zip of these, or another layout that the
   *     command line supports. If there are no test images, some of the other images are held out
   *     for testing.
   */
  public static Training of(Clip clip, Path data) {
    return new Training(clip, options -> DataSets.open(data, options));
  }

  /**
   * Creates a training on images of the module {@code kgcoop-embedded}.
   *
   * @param clip a CLIP model, such as the one in {@link org.kgcoop.clip.EmbeddedClip#folder}
   * @param name the name of the data set, such as {@code places}
   */
  public static Training ofEmbedded(Clip clip, String name) {
    return new Training(clip, options -> EmbeddedDataSets.open(name, options));
  }

  /** Sets the method, as {@code --method} (default: {@code kgcoop}). */
  @CanIgnoreReturnValue
  public Training method(String id) {
    method = Objects.requireNonNull(id, "method");
    return this;
  }

  /**
   * Sets a setting of the method, as {@code --set}.
   *
   * @param key the name of the setting, such as {@code weight}
   * @param value a number, a boolean, a text, or a list of these
   */
  @CanIgnoreReturnValue
  public Training set(String key, Object value) {
    settings = settings.with(key, value);
    return this;
  }

  /**
   * Sets a setting of the training, as the option of the same name.
   *
   * @param key the name of the setting, such as {@code epochs}, {@code lr}, {@code batch_size},
   *     {@code augment} or {@code checkpoint_every}
   * @param value a number or a text; {@code published} for {@code augment} is {@code --published}
   */
  @CanIgnoreReturnValue
  public Training training(String key, Object value) {
    training = training.with(key.replace('-', '_'), value);
    return this;
  }

  /**
   * Fits a temperature and a rejection threshold after the training, as {@code --calibrate}. The
   * classifier then answers with calibrated probabilities.
   */
  @CanIgnoreReturnValue
  public Training calibrated() {
    calibrate = true;
    return this;
  }

  /** Sets the number of training images per class, as {@code --shots} (default: 16). */
  @CanIgnoreReturnValue
  public Training shots(int count) {
    if (count < 1) {
      throw KgCoopException.configuration(
          "shots: expected at least 1, or allShots(), got " + count);
    }
    shots = count;
    return this;
  }

  /** Selects all training images, as {@code --shots all}. */
  @CanIgnoreReturnValue
  public Training allShots() {
    shots = FewShot.ALL;
    return this;
  }

  /**
   * Sets the seed of the few-shot sample, the initialization and the batch order, as {@code --seed}
   * (default: 1).
   */
  @CanIgnoreReturnValue
  public Training seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Sets the template text of the classes, as {@code --template}.
   *
   * @param text a text with {@code {}} for the class name; the default is {@code template.txt} next
   *     to the images, or {@code a photo of a {}.}
   */
  @CanIgnoreReturnValue
  public Training template(String text) {
    template = text;
    return this;
  }

  /**
   * Sets the folder of the feature cache, as {@code --feature-cache}. Images with cached features
   * are not encoded. By default, features stay in memory for one call.
   */
  @CanIgnoreReturnValue
  public Training cache(Path folder) {
    cache = folder;
    return this;
  }

  /**
   * Sets the listener, which receives every step, the encoding progress and messages for the user.
   */
  @CanIgnoreReturnValue
  public Training listener(TrainingListener newListener) {
    listener = newListener;
    return this;
  }

  /**
   * Sets the cancellation check. It is called after every step and every group of encoded images.
   * If it returns true, {@link #into} throws an exception of the category {@code INTERRUPTED}. The
   * same call then resumes the run, and its result is byte-identical.
   */
  @CanIgnoreReturnValue
  public Training cancelledBy(BooleanSupplier newCancelled) {
    cancelled = newCancelled;
    return this;
  }

  /**
   * The result of a training.
   *
   * @param folder the run folder, for {@link org.kgcoop.api.Classifier#load}
   * @param accuracy the accuracy on the test images in percent; empty if there are none
   */
  public record Outcome(Path folder, OptionalDouble accuracy) {}

  /**
   * Trains, resumes an interrupted run, or returns the result of a finished run.
   *
   * @param folder the run folder, as {@code --out}; created if it does not exist
   * @throws KgCoopException if a setting is invalid, an image cannot be read, or the folder
   *     contains a run with other settings; with the category {@code INTERRUPTED} if the training
   *     was canceled
   */
  @CanIgnoreReturnValue
  public Outcome into(Path folder) {
    MethodSpec spec = spec();
    DataSetOptions options = DataSetOptions.defaults(listener::message).withTemplate(template);
    Trial trial = Trial.alone(spec, data.apply(options), ClassSplit.ALL, shots, seed);
    RunResults results =
        new TrialRun(ReportedProgress.context(clip, cache, listener, cancelled), trial).run(folder);
    OptionalDouble accuracy =
        trial.targets().stream().mapToDouble(test -> results.accuracy(test.name())).findFirst();
    return new Outcome(folder, accuracy);
  }

  /** Resolves the method and the training settings, and rejects invalid ones. */
  private MethodSpec spec() {
    if (training.has(SEED)) {
      throw KgCoopException.configuration(
          "training setting seed: the few-shot sample uses the same seed; expected seed("
              + training.text(SEED)
              + ")");
    }
    MethodSpec spec =
        MethodSpec.of(
            settings.with(Declaration.METHOD, method), training, PublishedDefaults.BASE_TO_NEW);
    spec.recipe().method().check(clip);
    spec.recipe().checkTrained(training);
    return calibrate ? spec.calibrated() : spec;
  }
}
