package org.kgcoop.features;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageHash;
import org.kgcoop.data.Item;
import org.kgcoop.files.Digest;
import org.kgcoop.image.ImageHeader;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Sketch;
import org.kgcoop.image.view.Transform;
import org.kgcoop.image.view.TransformedImage;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Vectors;
import org.kgcoop.tensor.Workers;

/** An encoder from image files to features of unit length: decoding, transform, image encoder. */
public final class ViewEncoder {
  private static final int GPU_GROUP = 32;

  /** The least length of the longer side of an image that a watcher receives, if it has as much. */
  public static final int SHOWN = 256;

  private final Clip clip;
  private final Images images;
  private final Transform transform;

  /** A function from transformed images to (B, E), or null for the frozen encoder of CLIP. */
  private final @Nullable Function<List<RgbImage>, Tensor> learned;

  /** The identity of the trained encoder; empty if its features must not be cached. */
  private final String identity;

  /** Receives the images of test views, from any thread. */
  private final BiConsumer<Path, RgbImage> watcher;

  private final Sketches sketches = new Sketches();

  public ViewEncoder(Clip clip, Images images) {
    this(clip, images, (file, image) -> {});
  }

  /**
   * Creates an encoder that shows the images that it decodes, so that others need not decode them
   * again.
   *
   * @param watcher receives each image that is decoded for its feature under the test transform, in
   *     the size that this feature needs or of {@value #SHOWN} pixels, in any thread; a copy of a
   *     file may be left out
   */
  public ViewEncoder(Clip clip, Images images, BiConsumer<Path, RgbImage> watcher) {
    this(clip, images, null, "", watcher);
  }

  private ViewEncoder(
      Clip clip,
      Images images,
      @Nullable Function<List<RgbImage>, Tensor> learned,
      String identity,
      BiConsumer<Path, RgbImage> watcher) {
    this.clip = clip;
    this.images = images;
    this.transform = new Transform(clip.preprocessing());
    this.learned = learned;
    this.identity = identity;
    this.watcher = watcher;
  }

  /** Returns this encoder with the image encoder of a head, if the head has one. */
  public ViewEncoder by(Head classifier) {
    return classifier
        .encoder()
        .map(
            encoder ->
                new ViewEncoder(
                    clip, images, views -> features(encoder::features, views), "", watcher))
        .orElse(this);
  }

  /**
   * Returns this encoder with the trained image encoder of a finished classifier. Its features can
   * be cached.
   *
   * @param features a function from transformed images to (B, E)
   * @param identity a text that differs between trained encoders
   */
  public ViewEncoder by(Function<List<TransformedImage>, float[][]> features, String identity) {
    return new ViewEncoder(
        clip,
        images,
        views -> Tensor.ofRows(features.apply(TransformedImage.all(views))).to(device()),
        identity,
        watcher);
  }

  /** Returns the identity of the trained encoder; empty for the frozen encoder of CLIP. */
  String identity() {
    return identity;
  }

  public Device device() {
    return clip.device();
  }

  /** Returns the number of images that are best encoded together. On a CPU, each has its core. */
  int group() {
    return clip.device().isCpu() ? 1 : GPU_GROUP;
  }

  public Clip clip() {
    return clip;
  }

  /** Computes features of unit length of files under the test transform: (B, E). */
  public Tensor test(List<Item> items) {
    return encode(items, ImageView.TEST);
  }

  /** Applies the test transform. */
  public RgbImage testView(RgbImage image) {
    return transform.test(image);
  }

  /**
   * Computes features of transformed images, which may have different sizes.
   *
   * @return (B, E), with rows of unit length, or as the image encoder of a head computes them
   */
  public Tensor ofViews(List<RgbImage> views) {
    try (Scope scope = Scope.open("images");
        Autograd.Switch off = Autograd.off()) {
      Tensor features = encoder(views);
      return scope.promote(learned == null ? unitRows(features) : features);
    }
  }

  /**
   * Encodes transformed images. If they have different sizes, each is encoded alone.
   *
   * @param encoder a function from (B, channels, height, width) to (B, E)
   * @return (B, E)
   */
  private Tensor features(UnaryOperator<Tensor> encoder, List<RgbImage> views) {
    if (views.stream().allMatch(view -> view.whole().equals(views.get(0).whole()))) {
      return encoder.apply(input(views));
    }
    return Workers.rows(views.size(), i -> encoder.apply(input(List.of(views.get(i)))));
  }

  private Tensor encoder(List<RgbImage> views) {
    return learned == null ? features(clip.imageEncoder()::features, views) : learned.apply(views);
  }

  /** Collects transformed images of one size: (B, channels, height, width). */
  Tensor input(List<RgbImage> views) {
    RgbImage first = views.get(0);
    int channels = clip.preprocessing().channels();
    int each = channels * first.width() * first.height();
    float[] values = new float[Math.multiplyExact(views.size(), each)];
    IntStream.range(0, views.size())
        .parallel()
        .forEach(i -> transform.normalize(views.get(i), values, i * each));
    return Tensor.of(values, views.size(), channels, first.height(), first.width())
        .to(clip.device());
  }

  /**
   * Returns the key of a feature.
   *
   * @param file the values of the file
   */
  String key(Item item, ImageView view, ImageHash file) {
    return FeatureKey.of(file.sha256(), viewKey(view, item.key(), item.asStored(), file.header()));
  }

  /**
   * Returns the digest of the key of a feature.
   *
   * @param image the start of the SHA-256 of the image's bytes
   * @param header the header of the image
   */
  Digest digest(Item item, ImageView view, Digest image, ImageHeader header) {
    return FeatureKey.digest(image, viewKey(view, item.key(), item.asStored(), header));
  }

  /**
   * Returns a text with everything that determines a view of an image's bytes.
   *
   * @param key the key of the image
   * @param asStored true if its EXIF orientation is ignored and it is decoded in full
   */
  String viewKey(ImageView view, String key, boolean asStored, ImageHeader header) {
    boolean turned = !asStored && header.orientation() != Orientation.UPRIGHT;
    int divisor = asStored ? 1 : header.divisor(view.reduction(transform));
    return FeatureKey.decoded(view.id(key), turned, divisor);
  }

  /** Computes features of unit length of a view of each file, (B, E). */
  Tensor encode(List<Item> items, ImageView view) {
    return ofViews(items.parallelStream().map(item -> view(item, view)).toList());
  }

  /** Decodes and transforms an image from the bytes of its file. */
  RgbImage view(Item item, ImageView view, byte[] file) {
    String name = item.file().toString();
    Function<RgbImage, RgbImage> transformed =
        image -> {
          if (view.isTest()) {
            show(item.file(), image, () -> Sketch.of(image));
          }
          return view.of(image, item.key(), transform);
        };
    if (item.asStored()) {
      return images.decode(file, name, transformed);
    }
    FirstImages.First first =
        view.isTest() ? FirstImages.take(item.file(), file, transform.preprocessing()) : null;
    if (first != null) {
      show(item.file(), first.shown(), first::sketch);
      return first.view();
    }
    return images.decodeUpright(file, name, view.reduction(transform), transformed);
  }

  /** Passes an image on to those that need it besides its feature. */
  private void show(Path file, RgbImage image, Supplier<Sketch> sketch) {
    watcher.accept(file, image);
    if (sketches.isOpen()) {
      sketches.put(file, sketch.get());
    }
  }

  /** Decodes and transforms an image. */
  RgbImage view(Item item, ImageView view) {
    return view(item, view, Images.bytes(item.file()));
  }

  /**
   * Applies the test transform to a file, which is rotated by its EXIF orientation.
   *
   * @param name the name in error messages
   */
  public RgbImage testView(byte[] file, String name) {
    return images.decodeUpright(file, name, transform.reduction(), transform::test);
  }

  /**
   * Applies the test transform to a file as {@link #testView(byte[], String)}. The result is kept
   * for its feature, so use this for a few images only.
   */
  public RgbImage firstView(Path file) {
    byte[] bytes = Images.bytes(file);
    FirstImages.First first =
        images.decodeUpright(
            bytes,
            file.toString(),
            transform.reduction(),
            image -> FirstImages.First.of(bytes, image, transform.test(image)));
    FirstImages.keep(file, transform.preprocessing(), first);
    return first.view();
  }

  /** Decodes and transforms an image to several views. */
  List<RgbImage> views(byte[] file, String name, String key, List<ImageView> views) {
    ImageHeader header = ImageHeader.of(file);
    Map<Integer, List<Integer>> byDivisor =
        IntStream.range(0, views.size())
            .boxed()
            .collect(Collectors.groupingBy(i -> header.divisor(views.get(i).reduction(transform))));
    RgbImage[] done = new RgbImage[views.size()];
    byDivisor.forEach(
        (divisor, indices) ->
            images.<@Nullable Object>decodeUpright(
                file,
                name,
                (width, height) -> divisor,
                image -> {
                  indices.forEach(i -> done[i] = views.get(i).of(image, key, transform));
                  return null;
                }));
    return List.of(done);
  }

  /** Keeps sketches of the images that are decoded from now on. */
  public void keepSketches() {
    sketches.open();
  }

  /** Returns true if the sketch of an image is known without decoding it. */
  public boolean hasSketch(Item item) {
    return sketches.get(item.file()) != null;
  }

  /** Returns the sketch of an image. It is decoded if its sketch is not known. */
  public Sketch sketch(Item item) {
    Sketch known = sketches.get(item.file());
    if (known != null) {
      return known;
    }
    byte[] file = Images.bytes(item.file());
    String name = item.file().toString();
    Sketch made =
        item.asStored()
            ? images.decode(file, name, Sketch::of)
            : images.decodeUpright(file, name, transform.reduction(), Sketch::of);
    if (sketches.isOpen()) {
      sketches.put(item.file(), made);
    }
    return made;
  }

  /** Computes features of transformed images, byte-identical to those of a feature cache. */
  public List<Feature> encoded(List<RgbImage> views) {
    if (learned != null && identity.isEmpty()) {
      throw new IllegalStateException("features of an encoder in training are not cached");
    }
    try (Scope scope = Scope.open("images");
        Autograd.Switch off = Autograd.off()) {
      List<Feature> encoded = new ArrayList<>();
      for (Tensor row : rows(encoder(views))) {
        float[] raw = row.toFloats();
        encoded.add(
            learned == null
                ? new Feature(
                    row.unitRows().toFloats(), (float) Math.sqrt(Vectors.dot(raw, raw)), 0)
                : new Feature(raw, 1, 0));
      }
      return encoded;
    }
  }

  /**
   * Scales features to unit length one by one, so that their bits do not depend on the number of
   * images.
   */
  private static Tensor unitRows(Tensor features) {
    return Tensor.concat(rows(features).stream().map(Tensor::unitRows).toList(), 0);
  }

  private static List<Tensor> rows(Tensor features) {
    return LongStream.range(0, features.size(0)).mapToObj(i -> features.narrow(0, i, 1)).toList();
  }
}
