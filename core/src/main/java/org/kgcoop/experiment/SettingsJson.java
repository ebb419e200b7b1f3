package org.kgcoop.experiment;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Kernels;
import org.kgcoop.tensor.UpdateRule;
import org.kgcoop.train.Decay;
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;

/** Settings and provenance as run folders keep them. */
final class SettingsJson {
  private SettingsJson() {}

  static ObjectNode training(TrainingSettings training) {
    Schedule schedule = training.schedule();
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("epochs", schedule.epochs())
            .put("batch_size", training.batchSize())
            .put("sampler", training.sampler().id())
            .put("lr", schedule.rate())
            .put("decay", schedule.decay().id());
    if (schedule.decay() instanceof Decay.SingleStep step) {
      json.put("gamma", step.gamma());
    } else if (schedule.decay() instanceof Decay.MultiStep steps) {
      json.put("gamma", steps.gamma());
    }
    json.put("schedule", schedule.variant().id())
        .put("warmup", schedule.warmup().id())
        .put("warmup_epochs", schedule.warmupEpochs())
        .put("warmup_lr", schedule.warmupRate());
    optimizer(training.optimizer(), json);
    return json.put("seed", training.seed())
        .put("augment", training.augmentation().id())
        .put("transforms", training.augmentation().recipe().id())
        .put("keep", training.keepBest() ? "best" : "last");
  }

  private static void optimizer(UpdateRule rule, ObjectNode json) {
    json.put("optimizer", rule.id());
    if (rule instanceof UpdateRule.Sgd sgd) {
      json.put("momentum", sgd.momentum());
    } else if (rule instanceof UpdateRule.Adam adam) {
      json.put("beta1", adam.beta1()).put("beta2", adam.beta2());
    } else if (rule instanceof UpdateRule.AdamW adam) {
      json.put("beta1", adam.beta1()).put("beta2", adam.beta2());
    } else if (rule instanceof UpdateRule.RmsProp rms) {
      json.put("alpha", rms.alpha()).put("momentum", rms.momentum());
    }
    json.put("weight_decay", rule.weightDecay());
  }

  /** What the outcome rests on beside the settings. */
  static ObjectNode provenance() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kgcoop", Version.KGCOOP)
        .put("engine", engineVersion())
        .put("kernels", Kernels.inUse().toString())
        .put("java", System.getProperty("java.version"))
        .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  /** The same, with the command line that began it and the folder that its paths start from. */
  static ObjectNode provenance(List<String> command) {
    ObjectNode json = provenance();
    if (!command.isEmpty()) {
      command.forEach(json.putArray("command")::add);
      json.put("directory", Path.of("").toAbsolutePath().toString());
    }
    return json;
  }

  /** What the same outcome needs of the machine. */
  static ObjectNode computation(Clip clip) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("clip_fingerprint", clip.fingerprint())
        .put("precision", clip.precision().name().toLowerCase(Locale.ROOT))
        .put("device", clip.device().name());
  }

  private static String engineVersion() {
    try {
      return Engine.version();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
