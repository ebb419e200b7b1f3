package org.kgcoop.features;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.Item;
import org.kgcoop.model.Batch;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.progress.FeatureProgress;
import org.kgcoop.tensor.Tensor;

/**
 * The training images as inputs of a trainable model, epoch by epoch. The view of an image in an
 * epoch is a pure function of the seed, so a resumed run uses the same views. If all epochs use the
 * same views, features come from the feature cache, and tokens in front of a block stay in memory
 * up to {@value FrozenTokens#MAX_BYTES} bytes. Otherwise each image is decoded once per step, for
 * its tokens and its feature.
 */
public final class TrainingLoader implements AutoCloseable {
  private final FeatureCache cache;
  private final List<Item> items;
  private final Augmentation augmentation;
  private final long seed;
  private final ModelInputs inputs;
  private final @Nullable FrozenTokens frozen; // null if the model needs no tokens

  /** The features that are encoded once: view v of image i at v count + i, each (E). */
  private List<float[]> cachedFeatures = List.of();

  /** Creates a loader of features. */
  public TrainingLoader(
      FeatureCache cache, List<Item> items, Augmentation augmentation, long seed) {
    this(cache, items, augmentation, seed, ModelInputs.FEATURES);
  }

  /**
   * Creates a loader of the given inputs.
   *
   * @param seed the seed of the random views
   */
  public TrainingLoader(
      FeatureCache cache,
      List<Item> items,
      Augmentation augmentation,
      long seed,
      ModelInputs inputs) {
    this.inputs = inputs;
    this.cache = cache;
    this.items = List.copyOf(items);
    this.augmentation = augmentation;
    this.seed = seed;
    int block = inputs.block().orElse(-1);
    // They are worth keeping if epochs reuse them, and at least one block has computed them.
    long most = augmentation.views() > 0 && block > 0 ? FrozenTokens.MAX_BYTES : 0;
    frozen = block < 0 ? null : new FrozenTokens(cache.encoder(), block, most);
  }

  /** Returns the number of images. */
  int count() {
    return items.size();
  }

  public long[] labels() {
    return items.stream().mapToLong(Item::label).toArray();
  }

  /**
   * Returns the label of each example of a batch. An example is an image or, if all views are in
   * one pool, a view: view v of image i at v count + i.
   */
  public long[] exampleLabels() {
    int times = augmentation.isPool() ? augmentation.views() : 1;
    long[] imageLabels = labels();
    return IntStream.range(0, Math.multiplyExact(imageLabels.length, times))
        .mapToLong(i -> imageLabels[i % imageLabels.length])
        .toArray();
  }

  /** Returns the maximum number of encodings in {@link #prepare}. */
  public int toPrepare() {
    return inputs.features() ? Math.multiplyExact(count(), augmentation.views()) : 0;
  }

  /**
   * Encodes the views that are encoded once. Call it before {@link #features}.
   *
   * @param progress receives the number of finished encodings
   * @return the seconds that the encodings take, or took when they were cached
   */
  @CanIgnoreReturnValue
  public double prepare(FeatureProgress progress) {
    List<Feature> features = cache.get(cached().withProgress(progress));
    cachedFeatures = Feature.vectors(features);
    return features.stream().mapToDouble(Feature::seconds).sum();
  }

  /** Returns a request for the features that are encoded once. */
  private FeatureRequest cached() {
    return FeatureRequest.of(
        items, IntStream.range(0, augmentation.views()).mapToObj(this::cachedView).toList());
  }

  /** Returns a view that is encoded once. */
  private ImageView cachedView(int number) {
    return augmentation.equals(Augmentation.TEST)
        ? ImageView.TEST
        : ImageView.cached(augmentation.recipe(), number);
  }

  /** Returns the view of an epoch that no other epoch uses. */
  private ImageView onlineView(int epoch) {
    return new ImageView(augmentation.recipe(), seed, epoch);
  }

  /**
   * Returns examples of an epoch.
   *
   * @param examples their numbers, as in {@link #exampleLabels}
   * @param epoch from 0
   * @param step the number of the step, from 0
   */
  public Batch batch(int[] examples, int epoch, long step) {
    long[] all = exampleLabels();
    long[] labels = Arrays.stream(examples).mapToLong(i -> all[i]).toArray();
    Tensor batchLabels = Tensor.of(labels, labels.length).to(cache.encoder().device());
    if (frozen == null) {
      return new Batch(features(examples, epoch), null, batchLabels, step);
    }
    Tensor tokens = tokens(frozen, examples, epoch);
    Tensor features = null;
    if (inputs.features()) {
      features = augmentation.views() == 0 ? frozen.features(tokens) : features(examples, epoch);
    }
    return new Batch(features, tokens, batchLabels, step);
  }

  /** Returns the tokens of examples in an epoch: (B, L, W). */
  private Tensor tokens(FrozenTokens source, int[] examples, int epoch) {
    if (augmentation.views() == 0) {
      return source.of(examples, i -> cache.encoder().view(items.get(i), onlineView(epoch)));
    }
    int[] places = Arrays.stream(examples).map(example -> place(example, epoch)).toArray();
    return source.of(
        places,
        place -> cache.encoder().view(items.get(place % count()), cachedView(place / count())));
  }

  /**
   * Returns the features of examples in an epoch.
   *
   * @param examples their numbers, as in {@link #exampleLabels}
   * @param epoch from 0
   * @return (B, E)
   */
  public Tensor features(int[] examples, int epoch) {
    if (augmentation.views() == 0) {
      return cache
          .encoder()
          .encode(Arrays.stream(examples).mapToObj(items::get).toList(), onlineView(epoch));
    }
    if (cachedFeatures.isEmpty()) {
      throw new IllegalStateException("call prepare before features");
    }
    float[][] rows =
        Arrays.stream(examples)
            .mapToObj(example -> cachedFeatures.get(place(example, epoch)))
            .toArray(float[][]::new);
    return Tensor.ofRows(rows).to(cache.encoder().device());
  }

  /** Returns the position of an example among the features that are encoded once. */
  private int place(int example, int epoch) {
    if (augmentation.isPool()) {
      return example;
    }
    // The offset of an image is its number, so that not all images of a batch change views
    // together.
    int view = (epoch + example) % augmentation.views();
    return view * count() + example;
  }

  /**
   * Returns the raw features of all views that are encoded once, as the image encoder computes
   * them. It does not need {@link #prepare}.
   *
   * @param progress receives the number of finished encodings
   * @return (V, N, E)
   */
  public Tensor raw(FeatureProgress progress) {
    FeatureRequest request = cached().withProgress(progress);
    float[][] raw = new float[request.size()][];
    cache.each(request, (feature, i) -> raw[i] = feature.raw());
    return Tensor.ofRows(raw)
        .reshape(augmentation.views(), count(), -1)
        .to(cache.encoder().device());
  }

  /** Frees the tokens in memory. */
  @Override
  public void close() {
    if (frozen != null) {
      frozen.close();
    }
  }
}
