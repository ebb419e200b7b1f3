package org.kgcoop.bank;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.kgcoop.data.Item;
import org.kgcoop.tensor.Tensor;

/**
 * The unit features of training images, epoch by epoch. What an epoch sees of an image is a pure
 * function of its seed, so that a resumed run sees what an undisturbed one would.
 */
public final class FeatureSource {
  private final FeatureBank bank;
  private final List<Item> items;
  private final Augmentation augmentation;
  private final long seed;

  /** The features that are encoded once: view v of image i at v count + i, each (E). */
  private List<float[]> banked = List.of();

  public FeatureSource(FeatureBank bank, List<Item> items, Augmentation augmentation, long seed) {
    this.bank = bank;
    this.items = List.copyOf(items);
    this.augmentation = augmentation;
    this.seed = seed;
  }

  /** The number of images. */
  public int count() {
    return items.size();
  }

  /** The label of each image. */
  public long[] labels() {
    return items.stream().mapToLong(Item::label).toArray();
  }

  /** The largest number of encodings that {@link #prepare} makes. */
  public int toPrepare() {
    return Math.multiplyExact(count(), views());
  }

  /**
   * Encodes what is encoded once. To be called before {@link #features}.
   *
   * @param progress told how many encodings are done
   * @return the seconds that this takes, or took when the features were put into the bank
   */
  public double prepare(LongConsumer progress) {
    FeatureBank.Features features = bank.features(bankedRequests(), progress);
    banked = features.vectors();
    return features.seconds();
  }

  private List<PictureEncoder.Request> bankedRequests() {
    List<PictureEncoder.Request> requests = new ArrayList<>();
    for (int key = 0; key < toPrepare(); key++) {
      requests.add(bankedRequest(key % count(), key / count()));
    }
    return requests;
  }

  /**
   * The features of some images in an epoch.
   *
   * @param pictures their numbers
   * @param epoch from 0
   * @return (B, E)
   */
  public Tensor features(int[] pictures, int epoch) {
    if (views() == 0) {
      return bank.encoder()
          .encode(Arrays.stream(pictures).mapToObj(i -> onlineRequest(i, epoch)).toList());
    }
    if (banked.isEmpty()) {
      throw new IllegalStateException("features asked for before prepare");
    }
    int width = banked.get(0).length;
    float[] values = new float[pictures.length * width];
    for (int i = 0; i < pictures.length; i++) {
      // The offset of an image is its number, so that a batch does not change views in step.
      int view = (epoch + pictures[i]) % views();
      float[] feature = banked.get(view * count() + pictures[i]);
      System.arraycopy(feature, 0, values, i * width, width);
    }
    return Tensor.of(values, pictures.length, width).to(bank.encoder().device());
  }

  /**
   * The raw features of all views that are encoded once, as the image tower makes them. Needs no
   * {@link #prepare}.
   *
   * @param progress told how many encodings are done
   * @return (V, N, E)
   */
  public Tensor raw(LongConsumer progress) {
    List<float[]> raw = bank.raw(bankedRequests(), progress).vectors();
    int width = raw.get(0).length;
    float[] values = new float[Math.multiplyExact(raw.size(), width)];
    for (int i = 0; i < raw.size(); i++) {
      System.arraycopy(raw.get(i), 0, values, i * width, width);
    }
    return Tensor.of(values, views(), count(), width).to(bank.encoder().device());
  }

  /** The number of views that are encoded once; 0 where each step encodes its own. */
  private int views() {
    if (augmentation instanceof Augmentation.Bank bank) {
      return bank.views();
    }
    return augmentation instanceof Augmentation.Test ? 1 : 0;
  }

  private PictureEncoder.Request bankedRequest(int picture, long view) {
    return new PictureEncoder.Request(
        items.get(picture),
        augmentation instanceof Augmentation.Test
            ? null
            : PictureEncoder.Sight.banked(augmentation.recipe(), view));
  }

  private PictureEncoder.Request onlineRequest(int picture, long epoch) {
    return new PictureEncoder.Request(
        items.get(picture), new PictureEncoder.Sight(augmentation.recipe(), seed, epoch));
  }
}
