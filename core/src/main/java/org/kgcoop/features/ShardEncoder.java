package org.kgcoop.features;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.ImageHeader;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.ViewRecipe;

/**
 * An encoder that writes the files of a {@link FeatureCache} for images from any source. It reports
 * unreadable images and leaves them out. It rotates EXIF-rotated images. Runs on your own images
 * rotate them too, and find all their features. The published data sets use images as stored and in
 * full, so they miss only rotated images and large photos.
 */
public final class ShardEncoder {
  private final ViewEncoder encoder;
  private final List<ImageView> views;
  private final Predicate<String> known;
  private final int readers;

  /**
   * An image to encode.
   *
   * @param key the path in its data set, relative and with '/'; views depend on it
   * @param name the name in error messages
   * @param content returns the bytes of the file, on any thread; if it throws an exception, the
   *     image is left out
   */
  public record Image(String key, String name, Supplier<byte[]> content) {}

  /**
   * Creates an encoder.
   *
   * @param views V of {@code --augment cache:V}, in addition to the test view
   * @param known returns true if the feature cache contains a key of a {@link Shard}
   * @param readers the least number of threads that read images
   */
  public ShardEncoder(ViewEncoder encoder, int views, Predicate<String> known, int readers) {
    this.encoder = encoder;
    this.known = known;
    this.readers = readers;
    this.views = new ArrayList<>();
    this.views.add(ImageView.TEST);
    LongStream.range(0, views)
        .forEach(view -> this.views.add(ImageView.cached(ViewRecipe.PUBLISHED, view)));
  }

  /**
   * Encodes the missing features, each once.
   *
   * @param shards receives files of {@link Shard#LENGTH} features; the last one may be shorter
   * @param problems receives the names of images that were left out, and the reasons
   * @param progress receives the number of images read
   */
  public void encode(
      Iterator<Image> images,
      Consumer<Shard> shards,
      BiConsumer<String, KgCoopException> problems,
      LongConsumer progress) {
    Map<String, Feature> features = new LinkedHashMap<>();
    Set<String> encoded = new HashSet<>();
    long count = 0;
    try (FeaturePipeline<Image> pipeline =
        new FeaturePipeline<>(encoder, images, this::prepared, readers)) {
      while (pipeline.hasNext()) {
        FeaturePipeline.Processed<Image> next = pipeline.next();
        if (next.problem() != null) {
          problems.accept(next.image().name(), next.problem());
        }
        for (FeaturePipeline.KeyedView view : next.views()) {
          if (view.feature() != null && encoded.add(view.key())) {
            features.put(view.key(), view.feature());
          }
          if (features.size() == Shard.LENGTH) {
            shards.accept(new Shard(features));
            features.clear();
          }
        }
        progress.accept(++count);
      }
    }
    if (!features.isEmpty()) {
      shards.accept(new Shard(features));
    }
  }

  private List<FeaturePipeline.KeyedView> prepared(Image image) {
    byte[] content = image.content().get();
    String hash = Sha256.of(content);
    ImageHeader header = ImageHeader.of(content);
    List<String> keys = new ArrayList<>();
    List<ImageView> missing = new ArrayList<>();
    for (ImageView view : views) {
      String key =
          FeatureKey.of(hash, encoder.viewKey(view, image.key(), /* asStored= */ false, header));
      if (!known.test(key)) {
        keys.add(key);
        missing.add(view);
      }
    }
    List<RgbImage> images = encoder.views(content, image.name(), image.key(), missing);
    return IntStream.range(0, keys.size())
        .mapToObj(i -> new FeaturePipeline.KeyedView(keys.get(i), images.get(i)))
        .toList();
  }
}
