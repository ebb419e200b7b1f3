package org.kgcoop.train;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.TrainingLoader;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.runs.Checkpoint;
import org.kgcoop.runs.TrainingTime;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The training loop. For each batch it computes features, losses and gradients, and updates the
 * parameters. Its result is byte-identical, with or without interruptions. It writes no files: a
 * {@link Listener} does.
 *
 * @param model the model, whose parameters the loop changes
 * @param source prepared features of the training images
 * @param plan returns the batches of an epoch, counted from 0: the indices of the images per step
 * @param interrupted polled after each step; if it returns true, training writes a checkpoint and
 *     throws an error of the category INTERRUPTED
 */
public record Trainer(
    TrainableModel model,
    TrainingLoader source,
    TrainingSettings settings,
    IntFunction<List<int[]>> plan,
    Listener listener,
    BooleanSupplier interrupted) {

  /** A listener for training progress. Override the methods that you need. */
  public interface Listener {
    /**
     * Receives a completed step.
     *
     * @param epoch from 0
     * @param batch from 0
     */
    default void step(int epoch, int batch, double rate, Map<String, Double> losses) {}

    /**
     * Receives a completed epoch.
     *
     * @param epoch from 0
     * @param validation the accuracy on the validation images in percent, or null if it was not
     *     measured
     */
    default void epoch(int epoch, @Nullable Double validation) {}

    /**
     * Receives a checkpoint, from which a run can resume.
     *
     * @param effort the training time of this call
     */
    default void checkpoint(Checkpoint checkpoint, TrainingTime effort) {}
  }

  /**
   * The result of training.
   *
   * @param parameters the trained tensors under their published names
   * @param effort the training time of this call
   */
  public record Trained(Map<String, StoredTensor> parameters, TrainingTime effort) {}

  /** The number of steps after which the time of a step is constant; at most half of them. */
  private static final int MAX_COLD_STEPS = 100;

  /** The progress of training so far. */
  private static final class Position {
    int epoch;
    int batch;
    long step;
    long from; // the first step of this call
    long coldSteps;
    double bestAccuracy = -1;
    Map<String, StoredTensor> averaged = Map.of();
    TrainingTime effort = TrainingTime.NONE;
  }

  /**
   * Trains to the end.
   *
   * @param from the checkpoint to resume from, or null
   * @param validation computes the accuracy on the validation images in percent, after each epoch
   *     if the best epoch is selected; null if there are no validation images
   * @throws KgCoopException of the category DIVERGED if a loss or a parameter is not finite, or
   *     INTERRUPTED
   */
  @CanIgnoreReturnValue
  public Trained train(
      @Nullable Checkpoint from, @Nullable ToDoubleFunction<TrainableModel> validation) {
    Position at = new Position();
    List<Tensor> parameters = List.copyOf(model.parameters().values());
    try (Optimizer optimizer = new Optimizer(parameters, settings.optimizer())) {
      if (from != null) {
        goOn(from, optimizer, at);
      }
      int epochs = settings.schedule().epochs();
      at.from = at.step;
      at.coldSteps = Math.min(MAX_COLD_STEPS, ((long) plan.apply(0).size() * epochs - at.from) / 2);
      for (; at.epoch < epochs; at.epoch++, at.batch = 0) {
        epoch(optimizer, at);
        Double accuracy = null;
        if (settings.modelSelection() == ModelSelection.BEST && validation != null) {
          accuracy = validation.applyAsDouble(model);
          if (accuracy > at.bestAccuracy) { // the first of equal epochs, as published
            at.bestAccuracy = accuracy;
            at.averaged = stored();
          }
        } else if (settings.modelSelection() == ModelSelection.GAUSS) {
          double share = settings.average().shares(epochs)[at.epoch];
          at.averaged = ModelSelection.Average.sum(at.averaged, model.parameters(), share);
        }
        listener.epoch(at.epoch, accuracy);
        if ((at.epoch + 1) % settings.checkpointEvery() == 0 && at.epoch + 1 < epochs) {
          listener.checkpoint(checkpoint(at, at.epoch + 1, 0, optimizer), at.effort);
        }
      }
    }
    Map<String, StoredTensor> trained = at.averaged.isEmpty() ? stored() : at.averaged;
    trained.forEach(
        (name, tensor) -> {
          if (!tensor.isFinite()) { // the last step can diverge from a finite loss
            throw diverged("the parameter " + name + " is not finite after the last epoch");
          }
        });
    return new Trained(trained, at.effort);
  }

  private static KgCoopException diverged(String what) {
    return new KgCoopException(
        KgCoopException.Category.DIVERGED,
        "training: " + what + ": try a lower learning rate, or precision float32");
  }

  private void epoch(Optimizer optimizer, Position at) {
    List<int[]> batches = plan.apply(at.epoch);
    for (; at.batch < batches.size(); at.batch++) {
      double rate = settings.schedule().rate(at.epoch, at.batch, batches.size());
      int[] images = batches.get(at.batch);
      long start = System.nanoTime();
      Map<String, Double> losses = step(optimizer, images, rate, at);
      at.effort = at.effort.plus(time(images.length, (System.nanoTime() - start) / 1e9, at));
      at.step++;
      listener.step(at.epoch, at.batch, rate, losses);
      if (interrupted.getAsBoolean()) {
        listener.checkpoint(checkpoint(at, at.epoch, at.batch + 1, optimizer), at.effort);
        throw new KgCoopException(
            KgCoopException.Category.INTERRUPTED,
            "interrupted in epoch %s of %s; run the same command again to resume"
                .formatted(at.epoch + 1, settings.schedule().epochs()));
      }
    }
  }

  /** Returns the time of a step. The first steps of this call are a part of the start. */
  private TrainingTime time(int images, double seconds, Position at) {
    boolean warm = at.step - at.from >= at.coldSteps;
    return new TrainingTime(images, seconds, warm ? images : 0, warm ? seconds : 0);
  }

  private Map<String, Double> step(Optimizer optimizer, int[] images, double rate, Position at) {
    try (Scope scope = Scope.open("training step")) {
      Step step = model.step(source.batch(images, at.epoch, at.step));
      if (settings.clipNorm() > 0) {
        step = step.clipped(settings.clipNorm());
      }
      step.losses()
          .forEach(
              (name, value) -> {
                if (!Double.isFinite(value)) {
                  throw diverged(
                      "%s is %s in epoch %s, batch %s"
                          .formatted(name, value, at.epoch + 1, at.batch + 1));
                }
              });
      optimizer.step(step.gradients(), rate);
      return step.losses();
    }
  }

  private void goOn(Checkpoint from, Optimizer optimizer, Position at) {
    try (Scope scope = Scope.open("checkpoint")) {
      model.load(loaded(from.parameters()));
      optimizer.load(loaded(from.optimizer()));
    }
    at.epoch = from.epoch();
    at.batch = from.batch();
    at.step = from.step();
    at.bestAccuracy = from.bestAccuracy();
    at.averaged = from.averaged();
  }

  private Checkpoint checkpoint(Position at, int epoch, int batch, Optimizer optimizer) {
    try (Scope scope = Scope.open("checkpoint")) {
      return new Checkpoint(
          epoch, batch, at.step, at.bestAccuracy, stored(), at.averaged, stored(optimizer.state()));
    }
  }

  private Map<String, StoredTensor> stored() {
    return stored(model.parameters());
  }

  private static Map<String, StoredTensor> stored(Map<String, Tensor> tensors) {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    tensors.forEach((name, tensor) -> stored.put(name, StoredTensor.of(name, tensor)));
    return stored;
  }

  private static Map<String, Tensor> loaded(Map<String, StoredTensor> stored) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    stored.forEach((name, tensor) -> tensors.put(name, tensor.tensor()));
    return tensors;
  }
}
