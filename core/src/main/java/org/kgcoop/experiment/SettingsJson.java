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
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;

/** Settings and provenance as run folders keep them. */
final class SettingsJson {
  private SettingsJson() {}

  static ObjectNode training(TrainingSettings training) {
    Schedule schedule = training.schedule();
    return JsonNodeFactory.instance
        .objectNode()
        .put("epochs", schedule.epochs())
        .put("batch_size", training.batchSize())
        .put("lr", schedule.rate())
        .put("schedule", schedule.variant().id())
        .put("warmup", schedule.warmup().id())
        .put("warmup_epochs", schedule.warmupEpochs())
        .put("warmup_lr", schedule.warmupRate())
        .put("momentum", training.momentum())
        .put("weight_decay", training.weightDecay())
        .put("seed", training.seed())
        .put("augment", training.augmentation().id())
        .put("keep", training.keepBest() ? "best" : "last");
  }

  /** What the outcome rests on beside the settings. */
  static ObjectNode provenance() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kgcoop", Version.KGCOOP)
        .put("engine", engineVersion())
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
        .put("device", clip.device().name())
        .put("threads", Engine.threads());
  }

  private static String engineVersion() {
    try {
      return Engine.version();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
