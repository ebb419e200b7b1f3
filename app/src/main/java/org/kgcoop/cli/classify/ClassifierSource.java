package org.kgcoop.cli.classify;

import org.jspecify.annotations.Nullable;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.clip.Clip;

/**
 * The origin of a classifier.
 *
 * @param file the classifier file, or null for a zero-shot classifier
 * @param clip the CLIP
 */
record ClassifierSource(@Nullable ClassifierFile file, Clip clip) {
  /** Returns the fingerprint of the classifier file, or null for a zero-shot classifier. */
  @Nullable String fingerprint() {
    return file == null ? null : file.fingerprint();
  }
}
