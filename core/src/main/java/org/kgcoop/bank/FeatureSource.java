package org.kgcoop.bank;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.kgcoop.data.Item;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The unit features of training pictures, epoch by epoch. What an epoch sees of a picture is a pure
 * function of the seed, so that a resumed run sees what an undisturbed one would.
 */
public final class FeatureSource {
  /** Pictures that are encoded at a time: always the same groups, so that bytes repeat. */
  private static final int BATCH = 32;

  private final PictureEncoder encoder;
  private final List<Item> items;
  private final Augmentation augmentation;
  private final long seed;

  /** What is encoded once: view v of picture i at v count + i, each (E). */
  private float[][] banked = new float[0][];

  public FeatureSource(
      PictureEncoder encoder, List<Item> items, Augmentation augmentation, long seed) {
    this.encoder = encoder;
    this.items = List.copyOf(items);
    this.augmentation = augmentation;
    this.seed = seed;
  }

  /** How many pictures there are. */
  public int count() {
    return items.size();
  }

  /** The label of each picture. */
  public long[] labels() {
    return items.stream().mapToLong(Item::label).toArray();
  }

  /** How many encodings {@link #prepare} makes. */
  public int toPrepare() {
    return Math.multiplyExact(count(), views());
  }

  /**
   * Encodes what is encoded once. To be called before {@link #features}.
   *
   * @param progress told how many encodings are done
   */
  public void prepare(LongConsumer progress) {
    float[][] encoded = new float[toPrepare()][];
    for (int from = 0; from < encoded.length; from += BATCH) {
      int to = Math.min(from + BATCH, encoded.length);
      List<PictureEncoder.Request> requests = new ArrayList<>();
      for (int key = from; key < to; key++) {
        requests.add(request(key % count(), key / count()));
      }
      try (Scope scope = Scope.open("bank")) {
        Tensor features = encoder.encode(requests);
        for (int key = from; key < to; key++) {
          encoded[key] = features.select(0, key - from).toFloats();
        }
      }
      progress.accept(to);
    }
    banked = encoded;
  }

  /**
   * What an epoch sees of some pictures.
   *
   * @param pictures their numbers
   * @param epoch from 0
   * @return (B, E)
   */
  public Tensor features(int[] pictures, int epoch) {
    if (views() == 0) {
      return encoder.encode(Arrays.stream(pictures).mapToObj(i -> request(i, epoch)).toList());
    }
    if (banked.length == 0) {
      throw new IllegalStateException("features asked for before prepare");
    }
    int width = banked[0].length;
    float[] values = new float[pictures.length * width];
    for (int i = 0; i < pictures.length; i++) {
      // The offset of a picture is its number, so that a batch does not change views in step.
      int view = (epoch + pictures[i]) % views();
      float[] feature = banked[view * count() + pictures[i]];
      System.arraycopy(feature, 0, values, i * width, width);
    }
    return Tensor.of(values, pictures.length, width).to(encoder.device());
  }

  /** How many views are encoded once; 0 where each step encodes its own. */
  private int views() {
    if (augmentation instanceof Augmentation.Bank bank) {
      return bank.views();
    }
    return augmentation instanceof Augmentation.Test ? 1 : 0;
  }

  private PictureEncoder.Request request(int picture, long view) {
    return new PictureEncoder.Request(
        items.get(picture),
        augmentation instanceof Augmentation.Test ? null : new PictureEncoder.Sight(seed, view));
  }
}
