package org.kgcoop.api.train;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.trial.ExperimentContext;

/** The progress of an experiment, passed on to a {@link TrainingListener}. */
final class ReportedProgress implements Progress {
  private final TrainingListener listener;
  private final BooleanSupplier cancelled;

  /**
   * @param cancelled polled while images are encoded; during steps the trainer polls it
   */
  ReportedProgress(TrainingListener listener, BooleanSupplier cancelled) {
    this.listener = listener;
    this.cancelled = cancelled;
  }

  /**
   * Returns the context of an experiment for a program.
   *
   * @param cache the folder of the feature cache; null to keep features in memory
   */
  static ExperimentContext context(
      Clip clip, @Nullable Path cache, TrainingListener listener, BooleanSupplier cancelled) {
    ViewEncoder encoder = new ViewEncoder(clip, new Images(listener::message));
    return new ExperimentContext(
        clip,
        new FeatureCache(encoder, cache, listener::message),
        new ReportedProgress(listener, cancelled),
        listener::message,
        cancelled);
  }

  @Override
  public Task start(String name, long total) {
    return new Task() {
      private boolean trains;

      @Override
      public void step(long number, int epoch, double rate, Map<String, Double> losses) {
        trains = true;
        listener.step(new TrainingListener.Step(number, epoch, (int) total, rate, losses));
      }

      @Override
      public void done(long units) {
        listener.progress(name, units, total);
        // The trainer handles cancellation itself, because it must write a checkpoint first.
        if (!trains && units < total && cancelled.getAsBoolean()) {
          throw new KgCoopException(
              KgCoopException.Category.INTERRUPTED,
              "%s: interrupted after %s of %s; the same call resumes"
                  .formatted(name, units, total));
        }
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public void message(String line) {
    listener.message(line);
  }
}
