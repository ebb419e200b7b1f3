package org.kgcoop.method;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.kgcoop.model.TrainableModel;

/** A method whose parameters are trained by steps of batches. */
public interface TrainedMethod extends Method {

  /** The published training. */
  Defaults defaults();

  /** The published training on those data, where it follows from how many there are. */
  default Defaults defaults(TaskContext task) {
    return defaults();
  }

  /**
   * The published training. What is not stated here is that of CoOp: SGD, rate 0.002 and so on.
   *
   * @param epochs passes over the training images
   * @param batchSize images a step
   * @param settings others, by the keys of {@code TrainingSetting}
   */
  record Defaults(int epochs, int batchSize, Map<String, Object> settings) {
    public Defaults {
      settings = Map.copyOf(settings);
    }

    public Defaults(int epochs, int batchSize) {
      this(epochs, batchSize, Map.of());
    }

    /** The published views of training images, by the name of their augmentation. */
    public String views() {
      return settings.getOrDefault("augment", "online").toString();
    }

    /** The same for so many epochs. */
    public Defaults withEpochs(int others) {
      return new Defaults(others, batchSize, settings);
    }

    /** The same with another value of a setting, of {@code epochs} and {@code batch_size} too. */
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

  /** A learner of the drawn classes that starts from the method's initial values. */
  TrainableModel model(FitContext context);

  @Override
  default FittedMethod fit(FitContext context) {
    return new FittedMethod(this, context.classNames(), context.train(this));
  }

  @Override
  default Optional<TrainedMethod> trained() {
    return Optional.of(this);
  }
}
