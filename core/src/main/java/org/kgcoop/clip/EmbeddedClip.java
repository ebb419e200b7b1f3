package org.kgcoop.clip;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.EmbeddedFiles;

/**
 * The CLIP that comes with the program: small, pre-trained on icon drawings, an ordinary model
 * folder in module {@code embedded}. Its model card says what it knows.
 */
public final class EmbeddedClip {

  /** The template of the embedded CLIP's images. */
  public static final String TEMPLATE = "an icon of a {}.";

  /** A sentence that users of the embedded CLIP should know. */
  public static final String NOTE =
      "The embedded CLIP is small and has seen drawings of icons alone: of photos it knows little."
          + " --clip takes a larger one.";

  private static final String WEIGHTS = "model.safetensors";
  private static final List<String> BESIDE =
      List.of("merges.txt", "preprocessor_config.json", "model_card.md");

  private EmbeddedClip() {}

  /**
   * The folder of the embedded CLIP, as {@link Clip#load(Path, Clip.Options)} takes it; of a
   * program packed in a jar, a copy.
   *
   * @throws KgCoopException of the kind CONFIGURATION where the program has none
   */
  public static Path folder() {
    Path weights = EmbeddedFiles.file("clip/" + WEIGHTS);
    if (weights == null || weights.getParent() == null) {
      throw KgCoopException.configuration(
          "this build has no embedded CLIP: put kgcoop-embedded on the class path, or name weights");
    }
    for (String name : BESIDE) {
      if (EmbeddedFiles.file("clip/" + name) == null) {
        throw new IllegalStateException("the embedded CLIP lacks " + name);
      }
    }
    return weights.getParent();
  }
}
