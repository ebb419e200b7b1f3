package org.kgcoop.pretrain;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.clip.TextEncoder;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/**
 * A training step with several workers. Small operations do not scale to several cores, so each
 * worker is a thread that computes alone:
 *
 * <ol>
 *   <li>Each worker computes the features of its part of the batch.
 *   <li>One worker computes the loss of all features and its gradients with respect to them.
 *   <li>Each worker computes the gradients of the weights.
 *   <li>Each worker sums the gradients of its share of the weights over all workers, in their
 *       order.
 *   <li>One worker computes the norm of the gradient.
 *   <li>Each worker updates its share with AdamW, or with {@link Muon} for the block matrices of a
 *       student.
 * </ol>
 *
 * Every sum has a fixed order, so equal input gives equal weights.
 */
final class ParallelStep implements AutoCloseable {
  private static final UpdateRule.AdamW PLAIN = new UpdateRule.AdamW(0.9, 0.98, 1e-6, 0);

  private final PretrainingSettings settings;
  private final TrainedWeights weights;
  private final int startOfText;
  private final @Nullable Lessons lessons;
  private final ExecutorService threads;
  private final CyclicBarrier barrier;
  private final List<Share> shares = new ArrayList<>();
  private final Optimizer scaleOptimizer;
  private final Joint joint = new Joint();

  /** The weights that one worker updates. */
  private static final class Share {
    final List<Integer> decayed = new ArrayList<>(); // positions among all weights with gradients
    final List<Integer> plain = new ArrayList<>();
    final List<Integer> matrices = new ArrayList<>(); // block matrices of a student
    @Nullable Muon muon;
    @Nullable Optimizer decayedOptimizer;
    @Nullable Optimizer plainOptimizer;
    List<Tensor> decayedSums = List.of();
    List<Tensor> plainSums = List.of();
    List<Tensor> matrixSums = List.of();
  }

  /** The data that workers exchange during a step. The barrier guards them. */
  private static final class Joint {
    Tensor[] images = new Tensor[0];
    Tensor[] texts = new Tensor[0];
    Tensor[] imageTargets = new Tensor[0];
    Tensor[] textTargets = new Tensor[0];
    double[] hints = new double[0];
    double[] squares = new double[0];
    List<List<Tensor>> gradients = new ArrayList<>();
    @Nullable Tensor imageGradients; // (B, E)
    @Nullable Tensor textGradients; // (B, E)
    @Nullable Tensor scaleGradient; // ()
    double loss;
    double norm;
    Map<String, Double> parts = Map.of();
  }

  /**
   * The result of a step.
   *
   * @param loss the loss before the update
   * @param norm the norm of the gradient before clipping
   * @param parts the parts of the loss by name, if it has several
   */
  record Result(double loss, double norm, Map<String, Double> parts) {}

  /**
   * Creates a step that updates weights.
   *
   * @param lessons the targets of a teacher, or null without one
   */
  ParallelStep(
      PretrainingSettings settings,
      TrainedWeights weights,
      int startOfText,
      @Nullable Lessons lessons) {
    this.settings = settings;
    this.weights = weights;
    this.startOfText = startOfText;
    this.lessons = lessons;
    int workers = settings.workers();
    threads =
        Executors.newFixedThreadPool(
            workers,
            task -> {
              Thread thread = new Thread(task, "pretraining");
              thread.setDaemon(true);
              return thread;
            });
    barrier = new CyclicBarrier(workers);
    joint.images = new Tensor[workers];
    joint.texts = new Tensor[workers];
    joint.imageTargets = new Tensor[workers];
    joint.textTargets = new Tensor[workers];
    joint.hints = new double[workers];
    joint.squares = new double[workers];
    for (int i = 0; i < workers; i++) {
      joint.gradients.add(List.of());
      shares.add(new Share());
    }
    divide();
    scaleOptimizer = new Optimizer(List.of(weights.master(TrainedWeights.SCALE)), PLAIN);
  }

  /** Assigns every weight to the worker with the fewest elements so far. */
  private void divide() {
    List<String> names;
    try (Scope scope = Scope.open("names of weights")) {
      names = names(weights.training(0));
    }
    long[] sizes = new long[shares.size()];
    for (int i = 0; i < names.size(); i++) {
      Tensor weight = weights.master(names.get(i));
      int least = 0;
      for (int worker = 1; worker < sizes.length; worker++) {
        least = sizes[worker] < sizes[least] ? worker : least;
      }
      sizes[least] += weight.count();
      share(shares.get(least), names.get(i), weight).add(i);
    }
    UpdateRule.AdamW decay =
        new UpdateRule.AdamW(PLAIN.beta1(), PLAIN.beta2(), PLAIN.epsilon(), settings.weightDecay());
    for (Share share : shares) {
      share.decayedOptimizer = new Optimizer(masters(names, share.decayed), decay);
      share.plainOptimizer = new Optimizer(masters(names, share.plain), PLAIN);
      share.muon = new Muon(masters(names, share.matrices), settings.weightDecay());
    }
  }

  private List<Integer> share(Share share, String name, Tensor weight) {
    if (weight.rank() < 2) {
      return share.plain;
    }
    return lessons != null && name.contains(".resblocks.") ? share.matrices : share.decayed;
  }

  private List<Tensor> masters(List<String> names, List<Integer> places) {
    return places.stream().map(i -> weights.master(names.get(i))).toList();
  }

  /**
   * Returns the names of all weights with gradients: those of the encoders in their order, then the
   * heads of hints.
   */
  private List<String> names(TrainableEncoders encoders) {
    List<String> names = new ArrayList<>();
    encoders
        .taken()
        .forEach(
            (name, taken) -> {
              if (taken.requiresGradient()) {
                names.add(name);
              }
            });
    weights.masters().keySet().stream().filter(Hints::isHead).forEach(names::add);
    return names;
  }

  /**
   * Updates the weights with one batch.
   *
   * @param step the number of the step, from 0
   * @param rate the learning rate of this step
   */
  Result run(long step, Batch batch, double rate) {
    List<Future<?>> parts = new ArrayList<>();
    for (int worker = 0; worker < shares.size(); worker++) {
      int own = worker;
      parts.add(threads.submit(() -> work(own, step, batch, rate)));
    }
    Throwable failure = null;
    for (Future<?> part : parts) {
      try {
        Object unused = part.get();
      } catch (ExecutionException e) {
        // Report the first cause, not the barriers that broke because of it.
        if (failure == null || !(e.getCause() instanceof BrokenStepException)) {
          failure = e.getCause();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted during a step", e);
      }
    }
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException thrown) {
      throw thrown;
    }
    return new Result(joint.loss, joint.norm, joint.parts);
  }

  private static final class BrokenStepException extends RuntimeException {
    BrokenStepException(Exception cause) {
      super("another worker failed", cause);
    }
  }

  private void meet() {
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new BrokenStepException(e);
    }
  }

  // ---- One worker

  private void work(int worker, long step, Batch batch, double rate) {
    boolean done = false;
    try (Scope scope = Scope.open("part of a step")) {
      int size = batch.size() / shares.size();
      int from = worker * size;
      TrainableEncoders encoders = weights.training(worker);
      List<String> names = names(encoders);
      Tensor pixels = images(batch, from, size, settings);
      Lessons.Lesson lesson = lessons == null ? null : lessons.of(step, batch, pixels, from, size);
      IntermediateMaps inside =
          lesson == null
              ? new IntermediateMaps(encoders.images().features(pixels), List.of())
              : encoders.patches(pixels, lesson.seen(), lesson.blocks());
      Tensor images = inside.features(); // (part of B, E)
      Tensor texts = texts(encoders.texts(), batch, from, size); // (part of B, E)
      joint.images[worker] = images.detach();
      joint.texts[worker] = texts.detach();
      Tensor hints = null;
      if (lesson != null) {
        joint.imageTargets[worker] = lesson.images();
        joint.textTargets[worker] = lesson.texts();
        hints =
            lesson.hints().isEmpty() ? null : Hints.loss(inside.maps(), lesson.hints(), weights);
        joint.hints[worker] = hints == null ? 0 : hints.item();
      }
      meet();
      if (worker == 0) {
        loss();
      }
      meet();
      joint.gradients.set(worker, gradients(encoders, names, images, texts, hints, from, size));
      meet();
      Share share = shares.get(worker);
      share.decayedSums = sums(share.decayed);
      share.plainSums = sums(share.plain);
      share.matrixSums = sums(share.matrices);
      joint.squares[worker] =
          squares(share.decayedSums) + squares(share.plainSums) + squares(share.matrixSums);
      meet();
      update(worker, names, rate);
      // Close scopes only when no worker reads from them.
      meet();
      if (worker == 0) {
        scaleOptimizer.step(List.of(given(joint.scaleGradient)), rate);
        clampScale();
        weights.averageStatistics();
      }
      done = true;
    } finally {
      if (!done) {
        barrier.reset();
      }
    }
  }

  /**
   * Returns the gradients of the loss with respect to the weights, from the part of one worker.
   *
   * @param hints its loss of hints, or null
   */
  private List<Tensor> gradients(
      TrainableEncoders encoders,
      List<String> names,
      Tensor images,
      Tensor texts,
      @Nullable Tensor hints,
      int from,
      int size) {
    List<Tensor> outputs = new ArrayList<>(List.of(images, texts));
    List<Tensor> byOutputs =
        new ArrayList<>(
            List.of(
                given(joint.imageGradients).narrow(0, from, size),
                given(joint.textGradients).narrow(0, from, size)));
    if (hints != null && lessons != null) {
      outputs.add(hints);
      byOutputs.add(Tensor.scalar(lessons.distillation().hintWeight() / shares.size()));
    }
    List<String> used =
        hints != null ? names : names.stream().filter(name -> !Hints.isHead(name)).toList();
    List<Tensor> found =
        Autograd.gradients(
            outputs,
            byOutputs,
            used.stream()
                .map(
                    name ->
                        Hints.isHead(name)
                            ? weights.product(name)
                            : given(encoders.taken().get(name)))
                .toList(),
            false);
    List<Tensor> all = new ArrayList<>(found);
    for (String unused : names.subList(used.size(), names.size())) { // heads come last
      all.add(Tensor.full(0, weights.master(unused).shape()));
    }
    return all;
  }

  private static Tensor given(@Nullable Tensor tensor) {
    if (tensor == null) {
      throw new IllegalStateException("not computed yet");
    }
    return tensor;
  }

  /**
   * Returns normalized images of a batch.
   *
   * @return (size, channels, R, R); the channels of a pixel are adjacent in memory, which makes
   *     convolutions faster
   */
  static Tensor images(Batch batch, int from, int size, PretrainingSettings settings) {
    int side = settings.model().imageResolution();
    int channels = settings.model().channels();
    int area = side * side * channels;
    ByteBuffer bytes = ByteBuffer.wrap(batch.pixels(), from * area, size * area);
    return Normalisation.of(
        Tensor.of(bytes.slice(), DType.UINT8, size, side, side, channels).to(DType.FLOAT32));
  }

  private Tensor texts(TextEncoder encoder, Batch batch, int from, int size) {
    int[][] part = Arrays.copyOfRange(batch.texts(), from, from + size);
    return features(encoder, part, startOfText);
  }

  /**
   * Returns the features of texts.
   *
   * @param texts the token ids of each text without the start of text
   * @return (texts, E)
   */
  static Tensor features(TextEncoder encoder, int[][] texts, int startOfText) {
    int[] ends = new int[texts.length];
    int rows = 1;
    for (int i = 0; i < texts.length; i++) {
      ends[i] = texts[i].length;
      rows += texts[i].length;
    }
    long[] ids = new long[rows];
    ids[0] = startOfText;
    int next = 1;
    for (int[] text : texts) {
      for (int id : text) {
        ids[next++] = id;
      }
    }
    try (PackedTexts layout = encoder.layout(1, ends)) {
      return encoder.features(encoder.embed(ids), layout);
    }
  }

  private void loss() {
    Tensor images = Tensor.concat(List.of(joint.images), 0);
    Tensor texts = Tensor.concat(List.of(joint.texts), 0);
    Tensor scale = weights.master(TrainedWeights.SCALE);
    InfoNce.Gradients gradients =
        lessons == null
            ? InfoNce.gradients(images, texts, scale)
            : DistilledLoss.gradients(
                images,
                texts,
                scale,
                Tensor.concat(List.of(joint.imageTargets), 0),
                Tensor.concat(List.of(joint.textTargets), 0),
                lessons.distillation().weight());
    joint.loss = gradients.loss().item();
    joint.parts = gradients.parts();
    if (lessons != null) {
      double hints = Arrays.stream(joint.hints).average().orElse(0);
      joint.loss += lessons.distillation().hintWeight() * hints;
      joint.parts = new LinkedHashMap<>(joint.parts);
      joint.parts.put("hints", hints);
    }
    joint.imageGradients = gradients.images();
    joint.textGradients = gradients.texts();
    joint.scaleGradient = gradients.logScale();
  }

  private List<Tensor> sums(List<Integer> places) {
    List<Tensor> sums = new ArrayList<>();
    for (int place : places) {
      Tensor sum = joint.gradients.get(0).get(place).to(DType.FLOAT32);
      for (int worker = 1; worker < shares.size(); worker++) {
        sum = sum.plus(joint.gradients.get(worker).get(place).to(DType.FLOAT32));
      }
      sums.add(sum);
    }
    return sums;
  }

  private static double squares(List<Tensor> gradients) {
    double squares = 0;
    for (Tensor gradient : gradients) {
      double norm = gradient.norm().item();
      squares += norm * norm;
    }
    return squares;
  }

  private void update(int worker, List<String> names, double rate) {
    double squares = 0;
    for (double part : joint.squares) {
      squares += part;
    }
    double norm = Math.sqrt(squares);
    if (worker == 0) {
      joint.norm = norm;
    }
    if (!Double.isFinite(norm)) {
      return; // the loop ends with an error
    }
    Share share = shares.get(worker);
    double factor = settings.maxNorm() / norm;
    if (factor < 1) {
      share.decayedSums.forEach(sum -> sum.multiply_(factor));
      share.plainSums.forEach(sum -> sum.multiply_(factor));
      share.matrixSums.forEach(sum -> sum.multiply_(factor));
    }
    if (share.decayedOptimizer != null && share.plainOptimizer != null) {
      share.decayedOptimizer.step(share.decayedSums, rate);
      share.plainOptimizer.step(share.plainSums, rate);
    }
    if (share.muon != null) {
      share.muon.step(share.matrixSums, rate);
    }
    share.decayed.forEach(place -> weights.round(names.get(place)));
    share.plain.forEach(place -> weights.round(names.get(place)));
    share.matrices.forEach(place -> weights.round(names.get(place)));
  }

  private void clampScale() {
    Tensor scale = weights.master(TrainedWeights.SCALE);
    double least = Math.log(settings.scale().least());
    double most = Math.log(settings.scale().most());
    double clamped = Math.min(most, Math.max(least, scale.item()));
    if (clamped != scale.item()) {
      scale.copy_(Tensor.scalar(clamped));
    }
  }

  // ---- Checkpoints

  /** Returns the optimizers by the names of their states. */
  private Map<String, Optimizer> optimizers() {
    Map<String, Optimizer> optimizers = new LinkedHashMap<>();
    optimizers.put("scale/", scaleOptimizer);
    for (int worker = 0; worker < shares.size(); worker++) {
      Share share = shares.get(worker);
      if (share.decayedOptimizer != null && share.plainOptimizer != null) {
        optimizers.put(worker + "/decayed/", share.decayedOptimizer);
        optimizers.put(worker + "/plain/", share.plainOptimizer);
      }
    }
    return optimizers;
  }

  private Map<String, Muon> muons() {
    Map<String, Muon> muons = new LinkedHashMap<>();
    for (int worker = 0; worker < shares.size(); worker++) {
      Muon muon = shares.get(worker).muon;
      if (muon != null) {
        muons.put(worker + "/muon/", muon);
      }
    }
    return muons;
  }

  /** Returns a copy of the state of all optimizers for {@link #load}. */
  Map<String, StoredTensor> state() {
    Map<String, StoredTensor> state = new LinkedHashMap<>();
    try (Scope scope = Scope.open("state of the optimizers")) {
      optimizers().forEach((name, optimizer) -> store(name, optimizer.state(), state));
      muons().forEach((name, muon) -> store(name, muon.state(), state));
    }
    return state;
  }

  private static void store(
      String optimizer, Map<String, Tensor> own, Map<String, StoredTensor> state) {
    own.forEach(
        (name, tensor) -> state.put(optimizer + name, StoredTensor.of(optimizer + name, tensor)));
  }

  void load(Map<String, StoredTensor> state) {
    try (Scope scope = Scope.open("state of the optimizers")) {
      optimizers().forEach((name, optimizer) -> optimizer.load(own(name, state)));
      muons().forEach((name, muon) -> muon.load(own(name, state)));
    }
  }

  private static Map<String, Tensor> own(String optimizer, Map<String, StoredTensor> state) {
    Map<String, Tensor> own = new LinkedHashMap<>();
    state.forEach(
        (name, stored) -> {
          if (name.startsWith(optimizer)) {
            own.put(name.substring(optimizer.length()), stored.tensor());
          }
        });
    return own;
  }

  @Override
  public void close() {
    threads.shutdownNow();
    optimizers().values().forEach(Optimizer::close);
    muons().values().forEach(Muon::close);
  }
}
