package org.kgcoop.trial;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.kgcoop.Version;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Engine;
import org.kgcoop.tensor.Kernels;

/**
 * Provenance of a run or a table: the versions that can affect the results, in addition to the
 * settings, and the command. Empty texts are unknown.
 *
 * @param directory the working directory of the command
 * @param clip the weights of the CLIP
 * @param title the title of the method
 */
record Provenance(
    String kgcoop,
    String commit,
    String engine,
    String kernels,
    String java,
    String os,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) List<String> command,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String directory,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String clip,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String title) {

  /**
   * All that is required to reproduce the results, in addition to the settings.
   *
   * @param maxPatches the number of patches of an image, if the CLIP has one; otherwise 0
   */
  record Computation(
      String clipFingerprint,
      String precision,
      String device,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int maxPatches) {
    static Computation of(Clip clip) {
      return new Computation(
          clip.fingerprint(),
          clip.precisionKey().toLowerCase(Locale.ROOT),
          clip.device().name(),
          clip.maxPatches());
    }
  }

  /** Returns the provenance of a command, which has no words in a program. */
  static Provenance of(List<String> command, String clip, String title) {
    return new Provenance(
        Version.KGCOOP,
        Version.COMMIT,
        engineVersion(),
        Kernels.inUse().toString(),
        System.getProperty("java.version"),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        command,
        command.isEmpty() ? "" : Path.of("").toAbsolutePath().toString(),
        clip,
        title);
  }

  private static String engineVersion() {
    try {
      return Engine.version();
    } catch (IOException e) {
      return "unknown";
    }
  }
}
