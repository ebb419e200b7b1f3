package org.kgcoop.features;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Orientation;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.ViewRecipe;

/**
 * An encoder that writes the files of a {@link FeatureCache} for images from any source. It reports
 * unreadable images and leaves them out. It rotates EXIF-rotated images. Runs on your own images
 * rotate them too, and find all their features. The published data sets use images as stored, so
 * they miss only the rotated ones.
 */
public final class ShardEncoder {
  private final ViewEncoder encoder;
  private final List<ViewEncoder.@Nullable ViewSpec> sights;
  private final Predicate<String> known;
  private final int threads;

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

  /** The views of an image, or the reason why it is left out. */
  private record Prepared(List<EncodeBatches.View> views, @Nullable Problem problem) {}

  /**
   * Creates an encoder.
   *
   * @param views V of {@code --augment cache:V}, in addition to the test view
   * @param known returns true if the feature cache contains a key of {@link Shard.Feature}
   * @param threads the number of threads that read and decode ahead
   */
  public ShardEncoder(ViewEncoder encoder, int views, Predicate<String> known, int threads) {
    this.encoder = encoder;
    this.known = known;
    this.threads = threads;
    sights = new ArrayList<>();
    sights.add(null);
    LongStream.range(0, views)
        .forEach(view -> sights.add(ViewEncoder.ViewSpec.banked(ViewRecipe.PUBLISHED, view)));
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
    List<Shard.Feature> made = new ArrayList<>();
    int length = Math.max(threads, 2 * EncodeBatches.SIZE / sights.size());
    try (Prefetcher<Image, Prepared> ahead =
        new Prefetcher<>(images, this::prepared, threads, length)) {
      EncodeBatches.encode(
          encoder,
          new Views(ahead, problems, progress),
          features -> {
            made.addAll(features);
            if (made.size() >= Shard.LENGTH) {
              List<Shard.Feature> full = made.subList(0, Shard.LENGTH);
              shards.accept(new Shard(full));
              full.clear();
            }
          });
    }
    if (!made.isEmpty()) {
      shards.accept(new Shard(made));
    }
  }

  /** The views of images. Images with equal bytes appear once. */
  private static final class Views implements Iterator<EncodeBatches.View> {
    private final Iterator<Prepared> images;
    private final Consumer<Problem> problems;
    private final LongConsumer progress;
    private final Set<String> taken = new HashSet<>();
    private final Queue<EncodeBatches.View> ready = new ArrayDeque<>();
    private long read;

    Views(Iterator<Prepared> images, Consumer<Problem> problems, LongConsumer progress) {
      this.images = images;
      this.problems = problems;
      this.progress = progress;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && images.hasNext()) {
        Prepared image = images.next();
        if (image.problem() != null) {
          problems.accept(image.problem());
        }
        image.views().stream().filter(view -> taken.add(view.key())).forEach(ready::add);
        progress.accept(++read);
      }
      return !ready.isEmpty();
    }

    @Override
    public EncodeBatches.View next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }
  }

  private Prepared prepared(Image image) {
    try {
      byte[] content = image.content().get();
      String hash = Sha256.of(content);
      boolean turned = Orientation.of(content) != Orientation.UPRIGHT;
      @Nullable RgbImage decoded = null;
      List<EncodeBatches.View> views = new ArrayList<>();
      for (ViewEncoder.@Nullable ViewSpec sight : sights) {
        String seen = ViewEncoder.ViewSpec.seen(sight, image.key(), turned);
        String key = FeatureCache.key(hash, seen);
        if (known.test(key)) {
          continue;
        }
        decoded = decoded == null ? encoder.decode(content, image.name()) : decoded;
        views.add(new EncodeBatches.View(key, encoder.values(decoded, image.key(), sight)));
      }
      return new Prepared(views, null);
    } catch (KgCoopException e) {
      return new Prepared(List.of(), new Problem(image.name(), e));
    }
  }
}
