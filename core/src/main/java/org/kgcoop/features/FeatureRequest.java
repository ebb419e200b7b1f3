package org.kgcoop.features;

import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.data.StampedImage;
import org.kgcoop.files.Digest;
import org.kgcoop.progress.FeatureProgress;

/**
 * A request to {@link FeatureCache} for features: of each view of each item, in the order of the
 * views, then of the items.
 *
 * @param items the images
 * @param views the views of each image
 * @param stamps returns the stamps of the items, as {@link ImageHashes#stamps} does
 * @param unreadable receives the images that cannot be read, and the reasons. If it returns, they
 *     are left out.
 * @param progress receives the number of available features
 */
public record FeatureRequest(
    List<Item> items,
    List<ImageView> views,
    Supplier<@Nullable Digest[]> stamps,
    BiConsumer<Path, KgCoopException> unreadable,
    FeatureProgress progress) {

  /** Requests the test view of images. The first one that cannot be read ends the request. */
  public static FeatureRequest of(List<Item> items) {
    return of(items, List.of(ImageView.TEST));
  }

  /** Requests views of images. The first image that cannot be read ends the request. */
  static FeatureRequest of(List<Item> items, List<ImageView> views) {
    return new FeatureRequest(
        items,
        views,
        () -> ImageHashes.stamps(items.stream().map(Item::file).toList()),
        (file, reason) -> {
          throw reason;
        },
        done -> {});
  }

  /** Requests the test view of files, rotated by their EXIF orientation. */
  public static FeatureRequest ofFiles(List<Path> files) {
    return of(items(files));
  }

  /** Requests features as {@link #ofFiles}, of files whose stamps are known. */
  public static FeatureRequest ofStamped(List<StampedImage> images) {
    FeatureRequest request = ofFiles(images.stream().map(StampedImage::file).toList());
    return new FeatureRequest(
        request.items,
        request.views,
        () -> images.stream().map(StampedImage::stamp).toArray(Digest[]::new),
        request.unreadable,
        request.progress);
  }

  /**
   * Returns items of files. They have no key, which only random views need, and are created on
   * request: a million of them would take more memory than the index of the features.
   */
  private static List<Item> items(List<Path> files) {
    return new AbstractList<>() {
      @Override
      public Item get(int i) {
        return new Item("", files.get(i), 0, "");
      }

      @Override
      public int size() {
        return files.size();
      }
    };
  }

  /** Returns the request with a receiver of the images that cannot be read. */
  public FeatureRequest withUnreadable(BiConsumer<Path, KgCoopException> receiver) {
    return new FeatureRequest(items, views, stamps, receiver, progress);
  }

  /** Returns the request with a receiver of the progress. */
  public FeatureRequest withProgress(FeatureProgress receiver) {
    return new FeatureRequest(items, views, stamps, unreadable, receiver);
  }

  /** Returns the number of features. */
  int size() {
    return Math.multiplyExact(items.size(), views.size());
  }

  /** Returns the item of a feature, by its position in the request. */
  Item item(int i) {
    return items.get(i % items.size());
  }

  /** Returns the view of a feature, by its position in the request. */
  ImageView view(int i) {
    return views.get(i / items.size());
  }
}
