package org.kgcoop.clip;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.EmbeddedFiles;

/**
 * The embedded CLIP, a small model pretrained on icon drawings. It is an ordinary model folder in
 * the module {@code embedded}. Its model card describes its accuracy.
 *
 * <p>Programs may rely on {@link #folder}. The other members are internal and may change.
 */
public final class EmbeddedClip {

  /** The template for images of the embedded CLIP. */
  public static final String TEMPLATE = "an icon of a {}.";

  /** The limits of the embedded CLIP, for people who cannot choose another model. */
  public static final String LIMITS =
      "The embedded CLIP is small and was pretrained only on drawings of icons, so its accuracy on"
          + " photos is low.";

  /** A note for users of the embedded CLIP. */
  public static final String NOTE = LIMITS + " Use --clip for a larger model.";

  private static final String WEIGHTS = "model.safetensors";
  private static final List<String> BESIDE =
      List.of("merges.txt", "preprocessor_config.json", "model_card.md");

  /** The name of the embedded CLIP in the records of runs. */
  public static final String NAME = "embedded";

  private static @Nullable Path folder;
  private static @Nullable String fingerprint;

  private EmbeddedClip() {}

  /** Returns true if weights come from the folder that {@link #folder} returned. */
  static synchronized boolean contains(Path path) {
    return folder != null && path.startsWith(folder);
  }

  /** Returns the fingerprint of the embedded CLIP, which is computed once per process. */
  static synchronized String fingerprint(Supplier<String> computed) {
    if (fingerprint == null) {
      fingerprint = computed.get();
    }
    return fingerprint;
  }

  /**
   * Returns the folder of the embedded CLIP, for {@link Clip#load(Path, Clip.Options)}. If the
   * program is packed in a jar, this is a copy.
   *
   * @throws KgCoopException of the category CONFIGURATION if the program does not contain it
   */
  public static synchronized Path folder() {
    Path weights = EmbeddedFiles.file("clip/" + WEIGHTS);
    if (weights == null || weights.getParent() == null) {
      throw KgCoopException.configuration(
          "this build has no embedded CLIP: put kgcoop-embedded on the class path, or name"
              + " weights");
    }
    // A packed file is copied when it is asked for.
    BESIDE.forEach(name -> Objects.requireNonNull(EmbeddedFiles.file("clip/" + name), name));
    folder = weights.getParent();
    return folder;
  }
}
