package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.model.TrainableModel;

/** Method whose parameters are trained by gradient steps on batches. */
public interface TrainedMethod extends Method {

  /** Returns the published training settings. */
  Defaults defaults();

  /**
   * Returns the published training settings for these data, for methods whose settings depend on
   * the number of images.
   */
  default Defaults defaults(TaskContext task) {
    return defaults();
  }

  /**
   * Published training settings. A setting that is not given has CoOp's value, such as SGD with
   * learning rate 0.002.
   *
   * @param epochs the number of passes over the training images
   * @param batchSize the number of images per step
   * @param settings other settings, by the keys of {@code TrainingDeclaration}
   */
  record Defaults(int epochs, int batchSize, Map<String, Object> settings) {
    public Defaults {
      settings = Map.copyOf(settings);
    }

    public Defaults(int epochs, int batchSize) {
      this(epochs, batchSize, Map.of());
    }

    /** Returns the published views of training images, by the name of their augmentation. */
    public String views() {
      return settings.getOrDefault("augment", "online").toString();
    }

    /** Returns these settings with another number of epochs. */
    public Defaults withEpochs(int others) {
      return new Defaults(others, batchSize, settings);
    }

    /**
     * Returns these settings with another value of a setting. The setting can also be {@code
     * epochs} or {@code batch_size}.
     */
    public Defaults with(String setting, Object value) {
      if (setting.equals("epochs")) {
        return withEpochs((Integer) value);
      }
      if (setting.equals("batch_size")) {
        return new Defaults(epochs, (Integer) value, settings);
      }
      Map<String, Object> all = new LinkedHashMap<>(settings);
      all.put(setting, value);
      return new Defaults(epochs, batchSize, all);
    }
  }

  /** Creates a trainable model of the classes of the sample, with the method's initial values. */
  TrainableModel model(FitContext context);

  @Override
  default Fit.Training fit(FitContext context) {
    return new Fit.Training(
        this,
        model(context),
        parameters -> new FittedMethod(this, context.classNames(), parameters));
  }

  @Override
  default Optional<TrainedMethod> trained() {
    return Optional.of(this);
  }
}
