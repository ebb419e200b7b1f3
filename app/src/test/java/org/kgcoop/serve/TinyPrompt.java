package org.kgcoop.serve;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.TrainingDataRecord;
import org.kgcoop.clip.Clip;
import org.kgcoop.eval.Calibration;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Scope;

/** Prompts before any training. */
public final class TinyPrompt {
  public static final List<String> NAMES = List.of("cat", "dog", "owl");
  public static final String TEMPLATE = "the {}.";

  private TinyPrompt() {}

  /** Returns a prompt. Different seeds give different probabilities. */
  public static ClassifierFile of(Clip clip, long seed) {
    KgCoOp method = new KgCoOp(ContextSettings.shared(2, ""), TEMPLATE, 8, 0);
    try (Scope scope = Scope.open("prompt");
        TrainableModel model = method.model(clip, NAMES, seed)) {
      Map<String, StoredTensor> parameters = new LinkedHashMap<>();
      model.parameters().forEach((name, t) -> parameters.put(name, StoredTensor.of(name, t)));
      return new ClassifierFile(
          method, NAMES, TEMPLATE, clip.fingerprint(), TrainingDataRecord.UNKNOWN, "1", parameters);
    }
  }

  /** Returns a classifier that rejects images whose largest probability is below a threshold. */
  public static ClassifierFile rejecting(ClassifierFile file, double threshold) {
    return file.withCalibration(
        new Calibration(
            1,
            Calibration.Origin.VALIDATION,
            30,
            new Calibration.Rejection(threshold, 0.95, 0.9, 1)));
  }
}
