package org.kgcoop.pretrain;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.Tokenizers;
import org.kgcoop.clip.VocabularyTraining;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.runs.Checkpoint;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;

/**
 * Pre-trains a CLIP: symmetric InfoNCE over batches of images and captions, AdamW, a warm-up and
 * half a cosine, cut gradients, a learned scale. Radford et al., "Learning Transferable Visual
 * Models From Natural Language Supervision", ICML 2021.
 *
 * <p>A folder holds the run: settings, a line a few steps, checkpoints, and in the end the model as
 * every command of this program reads it. Run again on its folder, training goes on where it was
 * stopped; of a given number of steps the end is the same to the byte.
 */
public final class Pretraining {
  private static final int LOG_EVERY = 20; // steps

  private final Corpus corpus;
  private final @Nullable Corpus validation;
  private final PretrainingSettings settings;
  private final Extent extent;
  private final Listener listener;
  private final Consumer<String> warnings;
  private final BooleanSupplier interrupted;

  /**
   * The options that leave the training itself unchanged.
   *
   * @param merges of the vocabulary, at most
   * @param template of the zero-shot check, with {} for the concept
   * @param checkEvery steps between zero-shot checks
   * @param checkPictures of the validation corpus, at most
   * @param checkpointSeconds of training between checkpoints
   * @param start a model of the same sizes whose weights and vocabulary are the start, or null for
   *     random weights
   * @param stored element type of the final file, float32 or float16
   */
  public record Extent(
      int merges,
      String template,
      int checkEvery,
      int checkPictures,
      double checkpointSeconds,
      @Nullable Path start,
      DType stored) {
    public Extent {
      if (merges < 0
          || checkEvery < 1
          || checkPictures < 1
          || !(checkpointSeconds > 0)
          || !template.contains("{}")
          || (stored != DType.FLOAT32 && stored != DType.FLOAT16)) {
        throw KgCoopException.configuration(
            "expected merges of at least 0, checks of at least 1 step and image, checkpoints"
                + " after more than 0 seconds, a template with {} and float32 or float16, got "
                + List.of(merges, checkEvery, checkPictures, checkpointSeconds, template, stored));
      }
    }
  }

  /**
   * The progress of training so far.
   *
   * @param step the number of steps made
   * @param seconds of training so far, interruptions left out
   * @param done the part of the training that is over, 0 to 1
   * @param perSecond images, lately
   * @param loss mean of the last steps
   * @param scale of the logits
   */
  public record Position(
      long step, double seconds, double done, double perSecond, double loss, double scale) {}

  /** Told how training goes. */
  public interface Listener {
    /** After some steps. */
    void at(Position position);

    /** After a zero-shot check, with its accuracy in percent. */
    void checked(Position position, double accuracy);
  }

  /**
   * A training that is ready to run.
   *
   * @param validation for the zero-shot check, or null for none
   * @param interrupted asked after each step; when it says yes a checkpoint is kept and training
   *     ends with an error of the kind INTERRUPTED
   */
  public Pretraining(
      Corpus corpus,
      @Nullable Corpus validation,
      PretrainingSettings settings,
      Extent extent,
      Listener listener,
      Consumer<String> warnings,
      BooleanSupplier interrupted) {
    this.corpus = corpus;
    this.validation = validation;
    this.settings = settings;
    this.extent = extent;
    this.listener = listener;
    this.warnings = warnings;
    this.interrupted = interrupted;
  }

  /**
   * Trains to the end and writes the model to the run folder.
   *
   * @return what {@code results.json} holds
   */
  public ObjectNode run(Path out) {
    try (RunFolder folder = RunFolder.open(out, json(), provenance(), warnings)) {
      if (folder.isComplete()) {
        return (ObjectNode) folder.results();
      }
      Path vocabulary = out.resolve(PretrainedFiles.VOCABULARY);
      Map<String, StoredTensor> begun = Map.of();
      if (extent.start() == null) {
        VocabularyTraining.write(
            vocabulary,
            VocabularyTraining.merges(Captions.sample(corpus, settings.seed()), extent.merges()));
      } else {
        begun = PretrainedFiles.begin(extent.start(), vocabulary);
      }
      Tokenizer tokenizer = Tokenizers.read(vocabulary);
      PretrainingSettings sized = settings.withVocabulary(tokenizer.vocabularySize());
      List<StoredTensor> random =
          InitialWeights.of(sized.model(), settings.seed()).stream()
              .map(
                  tensor ->
                      tensor.name().equals(TrainedWeights.SCALE)
                          ? StoredTensor.ofFloats(
                              tensor.name(),
                              new long[0],
                              (float) Math.log(settings.scale().start()))
                          : tensor)
              .toList();
      try (TrainedWeights weights =
              new TrainedWeights(sized.model(), random, settings.precision(), settings.workers());
          ParallelStep step = new ParallelStep(sized, weights, tokenizer.start().get(0))) {
        if (!begun.isEmpty()) {
          weights.load(begun, String.valueOf(extent.start()));
        }
        return new Run(folder, tokenizer, sized, weights, step).train(out);
      }
    }
  }

  private ObjectNode json() {
    ObjectNode json = settings.toJson();
    json.put("pictures", corpus.size());
    json.put("concepts", corpus.concepts().size());
    json.put("merges", extent.merges());
    json.put("start", extent.start() == null ? "random" : extent.start().toString());
    return json;
  }

  private static ObjectNode provenance() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kgcoop", Version.KGCOOP)
        .put("java", System.getProperty("java.version"))
        .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  /** A run of the loop. */
  private final class Run {
    private final RunFolder folder;
    private final PretrainingSettings sized;
    private final TrainedWeights weights;
    private final ParallelStep step;
    private final Batches batches;
    private final @Nullable ZeroShotCheck check;
    private long made; // steps
    private double seconds; // of training
    private double accuracy = Double.NaN;

    Run(
        RunFolder folder,
        Tokenizer tokenizer,
        PretrainingSettings sized,
        TrainedWeights weights,
        ParallelStep step) {
      this.folder = folder;
      this.sized = sized;
      this.weights = weights;
      this.step = step;
      batches = new Batches(corpus, tokenizer, sized);
      check =
          validation == null
              ? null
              : new ZeroShotCheck(
                  validation, extent.checkPictures(), extent.template(), tokenizer, sized);
    }

    ObjectNode train(Path out) {
      folder.newest().ifPresent(this::goOn);
      folder.events().rewind(made);
      double saved = seconds;
      double loss = 0;
      double since = seconds;
      try (BatchFeed feed = new BatchFeed(batches, made)) {
        while (settings.length().done(made, seconds) < 1) {
          long start = System.nanoTime();
          ParallelStep.Result result = step.run(feed.next(), settings.rate(made, seconds));
          requireFinite(result);
          made++;
          seconds += (System.nanoTime() - start) / 1e9;
          loss += result.loss() / LOG_EVERY;
          if (made % LOG_EVERY == 0) {
            double perSecond = LOG_EVERY * settings.batchSize() / (seconds - since);
            report(position(perSecond, loss), result.norm());
            loss = 0;
            since = seconds;
          }
          if (made % extent.checkEvery() == 0 && settings.length().done(made, seconds) < 1) {
            check();
          }
          if (interrupted.getAsBoolean()) {
            save();
            throw new KgCoopException(
                KgCoopException.Category.INTERRUPTED,
                "interrupted after " + made + " steps; the same command goes on from there");
          }
          if (seconds - saved > extent.checkpointSeconds()) {
            save();
            saved = seconds;
          }
        }
      }
      check();
      return end(out);
    }

    private void goOn(Checkpoint checkpoint) {
      weights.load(checkpoint.parameters(), "checkpoint");
      step.load(checkpoint.optimizerState());
      made = checkpoint.step();
      // By steps nothing in a checkpoint comes from a clock.
      seconds = settings.length().minutes() > 0 ? checkpoint.epoch() : 0;
    }

    private void save() {
      int clock = settings.length().minutes() > 0 ? (int) Math.round(seconds) : 0;
      folder.save(
          new Checkpoint(
              clock, 0, made, -1, weights.stored(), Map.of(), Checkpoint.optimizer(step.state())));
    }

    private void requireFinite(ParallelStep.Result result) {
      if (!Double.isFinite(result.loss()) || !Double.isFinite(result.norm())) {
        throw KgCoopException.configuration(
            "pre-training: the loss is "
                + result.loss()
                + " and the length of its gradient "
                + result.norm()
                + " in step "
                + (made + 1)
                + ": try a lower learning rate, or precision float32");
      }
    }

    private Position position(double perSecond, double loss) {
      return new Position(
          made,
          seconds,
          Math.min(1, settings.length().done(made, seconds)),
          perSecond,
          loss,
          scale());
    }

    private double scale() {
      return Math.exp(weights.master(TrainedWeights.SCALE).item());
    }

    private void report(Position position, double norm) {
      folder
          .events()
          .append(
              JsonNodeFactory.instance
                  .objectNode()
                  .put("step", position.step())
                  .put("loss", position.loss())
                  .put("norm", norm)
                  .put("scale", position.scale())
                  .put("lr", settings.rate(made - 1, seconds))
                  .put("seconds", position.seconds())
                  .put("pictures_per_second", position.perSecond()));
      listener.at(position);
    }

    private void check() {
      if (check != null) {
        try (Scope scope = Scope.open("zero-shot check");
            Autograd.Switch off = Autograd.off()) {
          accuracy = check.accuracy(weights.evaluating());
        }
        folder
            .events()
            .append(
                JsonNodeFactory.instance
                    .objectNode()
                    .put("step", made)
                    .put("zero_shot_accuracy", accuracy));
        listener.checked(position(Double.NaN, Double.NaN), accuracy);
      }
    }

    private ObjectNode end(Path out) {
      PretrainedFiles.write(out, weights.stored(), sized.model(), extent.stored());
      ObjectNode results =
          JsonNodeFactory.instance
              .objectNode()
              .put("steps", made)
              .put("pictures_seen", made * settings.batchSize())
              .put("seconds", seconds)
              .put("logit_scale", scale());
      if (check != null) {
        results.put("zero_shot_accuracy", accuracy);
      }
      folder.complete(results);
      return results;
    }
  }
}
