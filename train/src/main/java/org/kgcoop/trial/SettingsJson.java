package org.kgcoop.trial;

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

/** Provenance in run folders. */
final class SettingsJson {
  private SettingsJson() {}

  /** Returns the versions that can affect the results, in addition to the settings. */
  static ObjectNode provenance() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("kgcoop", Version.KGCOOP)
        .put("commit", Version.COMMIT)
        .put("engine", engineVersion())
        .put("kernels", Kernels.inUse().toString())
        .put("java", System.getProperty("java.version"))
        .put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
  }

  /** Returns the provenance of a command, with its command line and its working directory. */
  static ObjectNode provenance(List<String> command) {
    ObjectNode json = provenance();
    if (!command.isEmpty()) {
      command.forEach(json.putArray("command")::add);
      json.put("directory", Path.of("").toAbsolutePath().toString());
    }
    return json;
  }

  /**
   * Returns the CLIP model, the precision and the device, which are required to reproduce the
   * results.
   */
  static ObjectNode computation(Clip clip) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("clip_fingerprint", clip.fingerprint())
            .put("precision", clip.precisionKey().toLowerCase(Locale.ROOT))
            .put("device", clip.device().name());
    return clip.maxPatches() == 0 ? json : json.put("max_patches", clip.maxPatches());
  }

  private static String engineVersion() {
    try {
      return Engine.version();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
