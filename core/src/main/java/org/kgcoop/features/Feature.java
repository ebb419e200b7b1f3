package org.kgcoop.features;

import java.util.List;

/**
 * A feature of an image.
 *
 * @param vector (E), of unit length, or as a trained image encoder computes it
 * @param norm the length before scaling; 1 for a trained image encoder
 * @param seconds the time to compute it; 0 if nobody measured it
 */
// An array, because there are many features. No code compares these records.
@SuppressWarnings("ArrayRecordComponent")
public record Feature(float[] vector, float norm, double seconds) {
  /** Returns the vectors of features, each (E). */
  public static List<float[]> vectors(List<Feature> features) {
    return features.stream().map(Feature::vector).toList();
  }

  /** Returns the feature as the image encoder computes it. */
  public float[] raw() {
    float[] raw = vector.clone();
    for (int i = 0; i < raw.length; i++) {
      raw[i] *= norm;
    }
    return raw;
  }
}
