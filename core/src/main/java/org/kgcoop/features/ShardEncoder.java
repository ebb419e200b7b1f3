package org.kgcoop.features;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.ImageHeader;
import org.kgcoop.image.Orientation;
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
  private final List<ViewEncoder.@Nullable ViewSpec> specs;
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

  /** An image that was left out, and the reason. */
  public record Problem(String name, KgCoopException reason) {}

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
    specs = new ArrayList<>();
    specs.add(null);
    LongStream.range(0, views)
        .forEach(view -> specs.add(ViewEncoder.ViewSpec.cached(ViewRecipe.PUBLISHED, view)));
  }

  /**
   * Encodes the missing features, each once.
   *
   * @param shards receives files of {@link Shard#LENGTH} features; the last one may be shorter
   * @param problems receives images that were left out
   * @param progress receives the number of images read
   */
  public void encode(
      Iterator<Image> images,
      Consumer<Shard> shards,
      Consumer<Problem> problems,
      LongConsumer progress) {
    Map<String, Feature> features = new LinkedHashMap<>();
    Set<String> encoded = new HashSet<>();
    long count = 0;
    try (FeaturePipeline<Image> pipeline =
        new FeaturePipeline<>(encoder, images, this::prepared, readers)) {
      while (pipeline.hasNext()) {
        FeaturePipeline.Outcome<Image> outcome = pipeline.next();
        if (outcome.problem() != null) {
          problems.accept(new Problem(outcome.image().name(), outcome.problem()));
        }
        for (FeaturePipeline.View view : outcome.views()) {
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

  private List<FeaturePipeline.View> prepared(Image image) {
    byte[] content = image.content().get();
    String hash = Sha256.of(content);
    ImageHeader header = ImageHeader.of(content);
    boolean turned = header.orientation() != Orientation.UPRIGHT;
    List<String> keys = new ArrayList<>();
    List<ViewEncoder.@Nullable ViewSpec> missing = new ArrayList<>();
    for (ViewEncoder.@Nullable ViewSpec spec : specs) {
      int divisor = header.divisor(encoder.reduction(spec));
      String key =
          FeatureKey.of(hash, ViewEncoder.ViewSpec.viewKey(spec, image.key(), turned, divisor));
      if (!known.test(key)) {
        keys.add(key);
        missing.add(spec);
      }
    }
    List<RgbImage> views = encoder.views(content, image.name(), image.key(), missing);
    return IntStream.range(0, keys.size())
        .mapToObj(i -> new FeaturePipeline.View(keys.get(i), views.get(i)))
        .toList();
  }
}
