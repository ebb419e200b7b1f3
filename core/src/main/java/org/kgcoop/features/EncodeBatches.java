package org.kgcoop.features;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * An encoder of views in groups, so that all workers have images to encode and progress can be
 * reported.
 */
final class EncodeBatches {
  static final int SIZE = 32;

  private EncodeBatches() {}

  /**
   * An input of the image encoder.
   *
   * @param key the key of the feature
   * @param values (channels, R, R)
   */
  // An array, because views are large and used once. No code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  record View(String key, float[] values) {}

  /**
   * Encodes all views.
   *
   * @param features receives the features of each group, with the seconds that they took
   */
  static void encode(
      ViewEncoder encoder, Iterator<View> views, Consumer<List<Shard.Feature>> features) {
    while (views.hasNext()) {
      long start = System.nanoTime();
      List<View> group = new ArrayList<>();
      while (group.size() < SIZE && views.hasNext()) {
        group.add(views.next());
      }
      int length = encoder.valuesPerImage();
      float[] values = new float[Math.multiplyExact(group.size(), length)];
      for (int i = 0; i < group.size(); i++) {
        System.arraycopy(group.get(i).values(), 0, values, i * length, length);
      }
      List<ViewEncoder.Encoded> encoded = encoder.encoded(values);
      double seconds = (System.nanoTime() - start) / 1e9 / group.size();
      List<Shard.Feature> made = new ArrayList<>();
      for (int i = 0; i < group.size(); i++) {
        made.add(
            new Shard.Feature(
                group.get(i).key(), encoded.get(i).vector(), encoded.get(i).norm(), seconds));
      }
      features.accept(made);
    }
  }
}
