package org.kgcoop.cache;

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
 * Images from anywhere to the features that a {@link FeatureCache} would compute for them, as files
 * of a feature cache. An image that cannot be read is told and left out. Images are turned upright,
 * as those of a person's own are; a published data set, whose images are seen as stored, finds all
 * features here but those of images that were turned.
 */
public final class ShardEncoder {
  private final ViewEncoder encoder;
  private final List<ViewEncoder.@Nullable ViewSpec> sights;
  private final Predicate<String> known;
  private final int threads;

  /**
   * An image.
   *
   * @param key the path as a data set gives it, relative and with '/': views follow from it
   * @param name what an error calls it
   * @param content gives its file's bytes, on any thread; where it throws, the image is left out
   */
  public record Image(String key, String name, Supplier<byte[]> content) {}

  /** An image that was left out, and why. */
  public record Problem(String name, KgCoopException reason) {}

  /** An image read: what is to be encoded of it, or why it is left out. */
  private record Prepared(List<EncodeBatches.View> views, @Nullable Problem problem) {}

  /**
   * An encoder.
   *
   * @param views of {@code --augment cache:V}, beside the one of the test transform
   * @param known tells of a key of {@link Shard.Feature} whether the feature cache has it
   * @param threads that read and decode ahead
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
   * Encodes what is not known, each once.
   *
   * @param shards gets files of {@link Shard#LENGTH} features, the last maybe shorter
   * @param problems gets images that were left out
   * @param progress told how many images are read
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

  /** The views of images, those of equal bytes once. */
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
