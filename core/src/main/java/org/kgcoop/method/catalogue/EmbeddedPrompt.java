package org.kgcoop.method.catalogue;

import java.nio.file.Path;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.files.EmbeddedFiles;

/**
 * The trained prompt that comes with the program, for the embedded CLIP: KgCoOp on eight images of
 * each class of {@code embedded:symbols}. A file beside it says how it was made.
 */
public final class EmbeddedPrompt {

  /** The name of the prompt for servers and pages. */
  public static final String MODEL = "embedded-symbols";

  /** The accuracy of the prompt, in a sentence. */
  public static final String NOTE =
      "Symbols on blueprint, which the CLIP was not trained on: of 526 test images the learned"
          + " prompt recognizes 68.82 %, the hand-crafted one 51.33 %.";

  private EmbeddedPrompt() {}

  /** True if the prompt was trained with that CLIP. */
  public static boolean isFor(Clip clip) {
    return read().filter(p -> p.clipFingerprint().equals(clip.fingerprint())).isPresent();
  }

  /** The prompt; nothing where the program comes without it. */
  public static Optional<ClassifierFile> read() {
    Path file = EmbeddedFiles.file("prompts/symbols.safetensors");
    return Optional.ofNullable(file).map(ClassifierFile::read);
  }
}
