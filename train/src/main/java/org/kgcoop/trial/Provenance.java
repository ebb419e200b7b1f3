package org.kgcoop.trial;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Kernels;

/** All that can affect the results, in addition to the settings, by the keys of the files. */
final class Provenance {
  private Provenance() {}

  /** Returns the versions, and the command if it has words. A program has none. */
  static SettingValues of(List<String> command) {
    SettingValues values =
        SettingValues.of("kgcoop", Version.KGCOOP)
            .with("commit", Version.COMMIT)
            .with("engine", engineVersion())
            .with("kernels", Kernels.inUse().toString())
            .with("java", System.getProperty("java.version"))
            .with("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return command.isEmpty()
        ? values
        : values
            .with("command", command)
            .with("directory", Path.of("").toAbsolutePath().toString());
  }

  /** Returns the CLIP, the precision and the device. */
  static SettingValues computation(Clip clip) {
    SettingValues values =
        SettingValues.of("clip_fingerprint", clip.fingerprint())
            .with("precision", clip.precisionKey().toLowerCase(Locale.ROOT))
            .with("device", clip.device().name());
    return clip.maxPatches() == 0 ? values : values.with("max_patches", clip.maxPatches());
  }

  private static String engineVersion() {
    try {
      return Engine.version();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
