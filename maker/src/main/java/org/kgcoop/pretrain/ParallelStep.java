package org.kgcoop.pretrain;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
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
import org.kgcoop.clip.Towers;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/**
 * A step of training, by several workers. Small operations do not spread well over the cores, so
 * each worker is a thread that computes alone:
 *
 * <ol>
 *   <li>features of its part of the batch;
 *   <li>one worker takes all features, the loss and its gradients by features;
 *   <li>each takes these back to the weights;
 *   <li>each sums the gradients of its share of the weights over all workers, in their order;
 *   <li>one finds the length of the whole gradient;
 *   <li>each updates its share.
 * </ol>
 *
 * Every sum has a fixed order, so equal input gives equal weights.
 */
final class ParallelStep implements AutoCloseable {
  private static final UpdateRule.AdamW PLAIN = new UpdateRule.AdamW(0.9, 0.98, 1e-6, 0);

  private final PretrainingSettings settings;
  private final TrainedWeights weights;
  private final int startOfText;
  private final ExecutorService threads;
  private final CyclicBarrier barrier;
  private final List<Share> shares = new ArrayList<>();
  private final Optimizer scaleOptimizer;
  private final Joint joint = new Joint();

  /** The weights that one worker updates. */
  private static final class Share {
    final List<Integer> decayed = new ArrayList<>(); // places among all that have gradients
    final List<Integer> plain = new ArrayList<>();
    @Nullable Optimizer decayedOptimizer;
    @Nullable Optimizer plainOptimizer;
    List<Tensor> decayedSums = List.of();
    List<Tensor> plainSums = List.of();
  }

  /** The data that workers exchange during a step; guarded by the barrier. */
  private static final class Joint {
    Tensor[] images = new Tensor[0];
    Tensor[] texts = new Tensor[0];
    double[] squares = new double[0];
    List<List<Tensor>> gradients = new ArrayList<>();
    @Nullable Tensor imageGradients; // (B, E)
    @Nullable Tensor textGradients; // (B, E)
    @Nullable Tensor scaleGradient; // ()
    double loss;
    double norm;
  }

  /**
   * The result of a step.
   *
   * @param loss before the update
   * @param norm of the gradient before it was cut
   */
  record Result(double loss, double norm) {}

  ParallelStep(PretrainingSettings settings, TrainedWeights weights, int startOfText) {
    this.settings = settings;
    this.weights = weights;
    this.startOfText = startOfText;
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
    joint.squares = new double[workers];
    for (int i = 0; i < workers; i++) {
      joint.gradients.add(List.of());
      shares.add(new Share());
    }
    divide();
    scaleOptimizer = new Optimizer(List.of(weights.master(TrainedWeights.SCALE)), PLAIN);
  }

  /** Gives every weight to the worker that has the fewest elements so far. */
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
      Share share = shares.get(least);
      (weight.rank() >= 2 ? share.decayed : share.plain).add(i);
    }
    UpdateRule.AdamW decay =
        new UpdateRule.AdamW(PLAIN.beta1(), PLAIN.beta2(), PLAIN.epsilon(), settings.weightDecay());
    for (Share share : shares) {
      share.decayedOptimizer = new Optimizer(masters(names, share.decayed), decay);
      share.plainOptimizer = new Optimizer(masters(names, share.plain), PLAIN);
    }
  }

  private List<Tensor> masters(List<String> names, List<Integer> places) {
    return places.stream().map(i -> weights.master(names.get(i))).toList();
  }

  /** All that has gradients, in the order in which the towers take it. */
  private static List<String> names(Towers towers) {
    return towers.taken().entrySet().stream()
        .filter(taken -> taken.getValue().requiresGradient())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Changes the weights by one batch.
   *
   * @param rate of this step
   */
  Result run(Batch batch, double rate) {
    List<Future<?>> parts = new ArrayList<>();
    for (int worker = 0; worker < shares.size(); worker++) {
      int own = worker;
      parts.add(threads.submit(() -> work(own, batch, rate)));
    }
    RuntimeException failure = null;
    for (Future<?> part : parts) {
      try {
        Object unused = part.get();
      } catch (ExecutionException e) {
        // The first cause, not the barriers that broke because of it.
        if (failure == null || !(e.getCause() instanceof BrokenStepException)) {
          failure =
              e.getCause() instanceof RuntimeException cause
                  ? cause
                  : new IllegalStateException(e.getCause());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted in a step", e);
      }
    }
    if (failure != null) {
      throw failure;
    }
    return new Result(joint.loss, joint.norm);
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

  // ---- one worker

  private void work(int worker, Batch batch, double rate) {
    boolean done = false;
    try (Scope scope = Scope.open("part of a step")) {
      int size = batch.size() / shares.size();
      int from = worker * size;
      Towers towers = weights.training(worker);
      List<String> names = names(towers);
      Tensor images = // (part of B, E)
          towers.images().features(pictures(batch, from, size, settings));
      Tensor texts = texts(towers.texts(), batch, from, size); // (part of B, E)
      joint.images[worker] = images.detach();
      joint.texts[worker] = texts.detach();
      meet();
      if (worker == 0) {
        loss();
      }
      meet();
      joint.gradients.set(
          worker,
          Autograd.gradients(
              List.of(images, texts),
              List.of(
                  given(joint.imageGradients).narrow(0, from, size),
                  given(joint.textGradients).narrow(0, from, size)),
              names.stream().map(name -> given(towers.taken().get(name))).toList()));
      meet();
      Share share = shares.get(worker);
      share.decayedSums = sums(share.decayed);
      share.plainSums = sums(share.plain);
      joint.squares[worker] = squares(share.decayedSums) + squares(share.plainSums);
      meet();
      update(worker, names, rate);
      // Scopes close only when no one reads from them any more.
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

  private static Tensor given(@Nullable Tensor tensor) {
    if (tensor == null) {
      throw new IllegalStateException("not computed yet");
    }
    return tensor;
  }

  /**
   * Normalised images of a batch.
   *
   * @return (size, channels, R, R), the channels of a pixel side by side in memory, which makes
   *     convolutions quicker
   */
  static Tensor pictures(Batch batch, int from, int size, PretrainingSettings settings) {
    int side = settings.model().imageResolution();
    int channels = settings.model().channels();
    int area = side * side * channels;
    ByteBuffer bytes = ByteBuffer.wrap(batch.pixels(), from * area, size * area);
    return Normalisation.of(
        Tensor.of(bytes.slice(), DType.UINT8, size, side, side, channels).to(DType.FLOAT32));
  }

  private Tensor texts(TextEncoder encoder, Batch batch, int from, int size) {
    int[][] part = java.util.Arrays.copyOfRange(batch.texts(), from, from + size);
    return features(encoder, part, startOfText);
  }

  /**
   * Features of texts.
   *
   * @param texts token ids of each after the mark of its start
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
    InfoNce.Gradients gradients =
        InfoNce.gradients(
            Tensor.concat(List.of(joint.images), 0),
            Tensor.concat(List.of(joint.texts), 0),
            weights.master(TrainedWeights.SCALE));
    joint.loss = gradients.loss().item();
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
      return; // the loop stops with an error
    }
    Share share = shares.get(worker);
    double factor = settings.maxNorm() / norm;
    if (factor < 1) {
      share.decayedSums.forEach(sum -> sum.multiply_(factor));
      share.plainSums.forEach(sum -> sum.multiply_(factor));
    }
    if (share.decayedOptimizer != null && share.plainOptimizer != null) {
      share.decayedOptimizer.step(share.decayedSums, rate);
      share.plainOptimizer.step(share.plainSums, rate);
    }
    share.decayed.forEach(place -> weights.round(names.get(place)));
    share.plain.forEach(place -> weights.round(names.get(place)));
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

  // ---- checkpoints

  private List<Optimizer> optimizers() {
    List<Optimizer> optimizers = new ArrayList<>(List.of(scaleOptimizer));
    for (Share share : shares) {
      if (share.decayedOptimizer != null && share.plainOptimizer != null) {
        optimizers.add(share.decayedOptimizer);
        optimizers.add(share.plainOptimizer);
      }
    }
    return optimizers;
  }

  /** The state of all optimisers, for {@link #load}. */
  byte[] state() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Optimizer optimizer : optimizers()) {
      byte[] state = optimizer.state();
      bytes.writeBytes(ByteBuffer.allocate(4).putInt(state.length).array());
      bytes.writeBytes(state);
    }
    return bytes.toByteArray();
  }

  void load(byte[] state) {
    ByteBuffer bytes = ByteBuffer.wrap(state);
    for (Optimizer optimizer : optimizers()) {
      byte[] own = new byte[bytes.getInt()];
      bytes.get(own);
      optimizer.load(own);
    }
  }

  @Override
  public void close() {
    threads.shutdownNow();
    optimizers().forEach(Optimizer::close);
  }
}
