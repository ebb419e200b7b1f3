package org.kgcoop.fit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cache.FeatureCache;
import org.kgcoop.cache.ViewEncoder;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.experiment.ExperimentContext;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.experiment.Trial;
import org.kgcoop.experiment.TrialRun;
import org.kgcoop.image.Images;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.catalogue.PublishedDefaults;
import org.kgcoop.runs.RunResults;

/**
 * Images in, a classifier out: {@code ./kgcoop train} for programs. The run folder that it leaves
 * is the command's, and with the same settings {@code classifier.safetensors} in it is the same in
 * all bytes.
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
 *   Classifier classifier = Classifier.load(run.folder(), clip); // to be closed before the Clip
 * }
 * }</pre>
 *
 * <p>Settings are named as the command line names them, and have the same defaults; all of them are
 * checked before the folder is made. What is wrong is said in one line, by a {@link
 * KgCoopException}. An object belongs to one thread; the {@link Clip} stays open.
 */
public final class Training {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The seed comes from the draw. */
  private static final String SEED = "seed";

  private final Clip clip;
  private final Function<DataSetOptions, DataSet> data;
  private final ObjectNode settings = JSON.createObjectNode();
  private final ObjectNode training = JSON.createObjectNode();
  private String method = KgCoOp.ID;
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
   * A training on images of one's own.
   *
   * @param clip with which the classifier will work
   * @param data as {@code --data}: a folder with one for each class, a folder with {@code train}
   *     and {@code test}, a manifest, a .zip of these, or another layout that the command line
   *     knows. Where there are no test images, some of the others are kept for that
   */
  public static Training of(Clip clip, Path data) {
    return new Training(clip, options -> DataSets.open(data, options));
  }

  /**
   * A training on images that come with the program, in module {@code kgcoop-embedded}.
   *
   * @param clip such as the one of {@link org.kgcoop.clip.EmbeddedClip#folder}
   * @param name such as {@code places}
   */
  public static Training ofEmbedded(Clip clip, String name) {
    return new Training(clip, options -> EmbeddedDataSets.open(name, options));
  }

  /** Sets the method, as {@code --method}: {@code kgcoop} where none is set. */
  @CanIgnoreReturnValue
  public Training method(String id) {
    method = Objects.requireNonNull(id, "method");
    return this;
  }

  /**
   * Sets a setting of the method, as {@code --set}.
   *
   * @param key such as {@code weight}
   * @param value a number, true or false, a text, or a list of these
   */
  @CanIgnoreReturnValue
  public Training set(String key, Object value) {
    settings.set(key, JSON.<JsonNode>valueToTree(value));
    return this;
  }

  /**
   * Sets a setting of the training, as the options of its name do.
   *
   * @param key such as {@code epochs}, {@code lr}, {@code batch_size}, {@code augment} or {@code
   *     checkpoint_every}
   * @param value a number or a text; {@code augment} with {@code published} is {@code --published}
   */
  @CanIgnoreReturnValue
  public Training training(String key, Object value) {
    training.set(key.replace('-', '_'), JSON.<JsonNode>valueToTree(value));
    return this;
  }

  /** Sets the training images of a class, as {@code --shots}: 16 where none are set. */
  @CanIgnoreReturnValue
  public Training shots(int count) {
    if (count < 1) {
      throw KgCoopException.configuration(
          "shots: expected at least 1, or allShots(), got " + count);
    }
    shots = count;
    return this;
  }

  /** Trains on all training images there are, as {@code --shots all}. */
  @CanIgnoreReturnValue
  public Training allShots() {
    shots = FewShot.ALL;
    return this;
  }

  /** Sets the seed of the draw, the start and the order, as {@code --seed}: 1 where none is set. */
  @CanIgnoreReturnValue
  public Training seed(long value) {
    seed = value;
    return this;
  }

  /**
   * Sets the hand-crafted text of the classes, as {@code --template}.
   *
   * @param text with {@code {}} for the class name; where none is set, {@code template.txt} beside
   *     the images, else {@code a photo of a {}.}
   */
  @CanIgnoreReturnValue
  public Training template(String text) {
    template = text;
    return this;
  }

  /**
   * Keeps image features in a folder, as {@code --cache}: no image is encoded whose features are
   * there. Where none is set they are kept in memory, for one call.
   */
  @CanIgnoreReturnValue
  public Training cache(Path folder) {
    cache = folder;
    return this;
  }

  /** Tells of every step, of images that are encoded, and of what a user should know. */
  @CanIgnoreReturnValue
  public Training listener(TrainingListener told) {
    listener = told;
    return this;
  }

  /**
   * Stops where the answer is yes, which is asked for after every step and every group of images
   * that are encoded: {@link #into} ends with an exception of the category {@code INTERRUPTED}, and
   * the same call resumes from there and ends in the same bytes.
   */
  @CanIgnoreReturnValue
  public Training cancelledBy(BooleanSupplier asked) {
    cancelled = asked;
    return this;
  }

  /**
   * The end of a training.
   *
   * @param folder as {@link org.kgcoop.classify.Classifier#load} takes it
   * @param accuracy in percent, on the test images; empty where there are none
   */
  public record Outcome(Path folder, OptionalDouble accuracy) {}

  /**
   * Trains, or resumes, or finds that all was done before.
   *
   * @param folder the run folder, as {@code --out}; made where there is none
   * @throws KgCoopException for a wrong setting, images that cannot be read, a folder that holds a
   *     run of other settings; of the category {@code INTERRUPTED} where it was canceled
   */
  @CanIgnoreReturnValue
  public Outcome into(Path folder) {
    MethodSpec spec = spec();
    DataSetOptions options = DataSetOptions.defaults(listener::message).withTemplate(template);
    Trial trial = Trial.alone(spec, data.apply(options), ClassSplit.ALL, shots, seed);
    RunResults results = new TrialRun(bench(), trial).run(folder);
    OptionalDouble accuracy =
        trial.targets().stream().mapToDouble(test -> results.accuracy(test.name())).findFirst();
    return new Outcome(folder, accuracy);
  }

  /** The method and its training; refuses what is wrong with either. */
  private MethodSpec spec() {
    if (training.has(SEED)) {
      throw KgCoopException.configuration(
          "training setting seed: the draw has the same; expected seed("
              + training.get(SEED)
              + ")");
    }
    ObjectNode stated = settings.deepCopy().put("method", method);
    MethodSpec spec =
        MethodSpec.of(stated, training.deepCopy(), PublishedDefaults.BASE_TO_NEW, Map.of());
    Method made = spec.method().apply(TaskContext.ANY);
    made.check(clip);
    if (made.trained().isEmpty() && !training.isEmpty()) {
      throw KgCoopException.configuration(
          "training settings %s: %s is not trained by steps; leave them out"
              .formatted(String.join(", ", keys(training)), method));
    }
    return spec;
  }

  private static List<String> keys(ObjectNode node) {
    return node.properties().stream().map(Map.Entry::getKey).toList();
  }

  private ExperimentContext bench() {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(listener::message));
    return new ExperimentContext(
        clip,
        new FeatureCache(encoder, cache, listener::message),
        new ReportedProgress(listener, cancelled),
        listener::message,
        cancelled);
  }
}
