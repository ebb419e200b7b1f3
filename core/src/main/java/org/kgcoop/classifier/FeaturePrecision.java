package org.kgcoop.classifier;

import java.util.Locale;
import java.util.Optional;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Arithmetic;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Kernels;

/**
 * The precision of the features that a classifier was fitted to. Features of float32 differ between
 * processors only in their last bits. In bf16 and int8, rounding makes these differences larger, so
 * the arithmetic is recorded too.
 *
 * @param key the {@link Clip#precisionKey precision}; empty for float32
 * @param arithmetic the instruction sets and {@link Arithmetic#id}; empty for float32, and in files
 *     without this entry
 */
public record FeaturePrecision(String key, String arithmetic) {
  /** The precision of files without an entry. */
  public static final FeaturePrecision FLOAT32 = new FeaturePrecision("", "");

  /** Returns the precision of the features of a CLIP model in this process. */
  public static FeaturePrecision of(Clip clip) {
    return clip.precision() == DType.FLOAT32
        ? FLOAT32
        : new FeaturePrecision(clip.precisionKey(), Kernels.inUse() + ", " + Arithmetic.id());
  }

  /**
   * Compares the features of a classifier's training with those of a CLIP model in this process.
   *
   * @return a warning if their precision or arithmetic differs, or empty
   */
  public Optional<String> warning(Clip clip) {
    FeaturePrecision here = of(clip);
    if (!key.isEmpty() && !key.equals(here.key)) {
      return differs(
          "precision", key.toLowerCase(Locale.ROOT), clip.precisionKey().toLowerCase(Locale.ROOT));
    }
    return key.isEmpty() || arithmetic.isEmpty() || arithmetic.equals(here.arithmetic)
        ? Optional.empty()
        : differs("arithmetic", arithmetic, here.arithmetic);
  }

  private static Optional<String> differs(String what, String fitted, String here) {
    return Optional.of(
        "the classifier was fitted to features of %s %s, and these are %s; answers can differ slightly"
            .formatted(what, fitted, here));
  }
}
