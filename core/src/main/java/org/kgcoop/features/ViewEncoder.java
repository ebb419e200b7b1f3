package org.kgcoop.features;

import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageHash;
import org.kgcoop.data.Item;
import org.kgcoop.files.Digest;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.image.view.TransformedImage;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/** An encoder from image files to features of unit length: decoding, transform, image encoder. */
public final class ViewEncoder {
  private static final int GPU_GROUP = 32;

  private final Clip clip;
  private final Images images;
  private final Transform transform;

  /** A function from transformed images to (B, E), or null for the frozen encoder of CLIP. */
  private final @Nullable Function<List<RgbImage>, Tensor> learned;

  /** The identity of the trained encoder; empty if its features must not be cached. */
  private final String identity;

  public ViewEncoder(Clip clip, Images images) {
    this(clip, images, null, "");
  }

  private ViewEncoder(
      Clip clip,
      Images images,
      @Nullable Function<List<RgbImage>, Tensor> learned,
      String identity) {
    this.clip = clip;
    this.images = images;
    this.transform = new Transform(clip.preprocessing());
    this.learned = learned;
    this.identity = identity;
  }

  /** Returns this encoder with the image encoder of a head, if the head has one. */
  public ViewEncoder by(Head classifier) {
    return classifier
        .encoder()
        .map(
            encoder ->
                new ViewEncoder(clip, images, views -> features(encoder::features, views), ""))
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
        identity);
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

  /** A random view of an image, selected by seed and number. */
  record ViewSpec(ViewRecipe recipe, long seed, long number) {
    /**
     * The seed of the views in a cache. It differs from the run's seed, so that runs of all seeds
     * share the views.
     */
    private static final long CACHE_SEED = 0;

    /** Returns a view of a feature cache. */
    static ViewSpec cached(ViewRecipe recipe, long number) {
      return new ViewSpec(recipe, CACHE_SEED, number);
    }

    /**
     * Returns a text with everything that determines the view of an image's bytes.
     *
     * @param view null for the test transform
     * @param key the key of the image
     * @param turned true if the image is EXIF-rotated and the encoder rotates it
     */
    static String viewKey(@Nullable ViewSpec view, String key, boolean turned) {
      String stored =
          view == null
              ? FeatureKey.TEST
              : "view:%s:%s:%s%s"
                  .formatted(
                      view.seed(),
                      view.number(),
                      key,
                      view.recipe().equals(ViewRecipe.PUBLISHED)
                          ? ""
                          : " of " + view.recipe().id());
      return turned ? FeatureKey.upright(stored) : stored;
    }
  }

  /** Computes features of unit length of files under the test transform: (B, E). */
  public Tensor test(List<Item> items) {
    return encode(items.stream().map(item -> new Request(item, null)).toList());
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
  private Tensor input(List<RgbImage> views) {
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

  /** An image to encode. Without a view, the test transform is used. */
  record Request(Item item, @Nullable ViewSpec view) {
    /**
     * Returns requests for files under the test transform, rotated by their EXIF orientation. The
     * items have no key, which only views need, and are created on request: a million of them would
     * take more memory than the index of the features.
     */
    static List<Request> upright(List<Path> files) {
      return new AbstractList<>() {
        @Override
        public Request get(int i) {
          return new Request(new Item("", files.get(i), 0, ""), null);
        }

        @Override
        public int size() {
          return files.size();
        }
      };
    }

    /**
     * Returns the key of the feature.
     *
     * @param file the values of the file
     */
    String key(ImageHash file) {
      return FeatureKey.of(file.sha256(), viewKey(file.orientation()));
    }

    /**
     * Returns the digest of the key of the feature.
     *
     * @param image the start of the SHA-256 of the image's bytes
     * @param orientation the EXIF orientation of the image
     */
    Digest digest(Digest image, int orientation) {
      return FeatureKey.digest(image, viewKey(orientation));
    }

    private String viewKey(int orientation) {
      boolean turned = !item.asStored() && orientation != Orientation.UPRIGHT;
      return ViewSpec.viewKey(view, item.key(), turned);
    }
  }

  /** Computes features of unit length, (B, E). */
  Tensor encode(List<Request> requests) {
    return ofViews(views(requests));
  }

  /**
   * Decodes and transforms images of one size into the input of the encoders, (B, channels, R, R).
   */
  Tensor pixels(List<Request> requests) {
    return input(views(requests));
  }

  private List<RgbImage> views(List<Request> requests) {
    return requests.parallelStream().map(this::view).toList();
  }

  /** Decodes an image from the bytes of a file and rotates it by its EXIF orientation. */
  RgbImage decode(byte[] file, String name) {
    return images.decodeUpright(file, name);
  }

  /** Decodes the image of an item. It is rotated by its EXIF orientation unless it is as stored. */
  public RgbImage image(Item item) {
    return item.asStored() ? images.read(item.file()) : images.readUpright(item.file());
  }

  /** Decodes and transforms an image from the bytes of its file. */
  RgbImage view(Request request, byte[] file) {
    Item item = request.item();
    String name = item.file().toString();
    RgbImage image = item.asStored() ? images.decode(file, name) : decode(file, name);
    return view(image, item.key(), request.view());
  }

  /** Decodes and transforms an image. */
  RgbImage view(Request request) {
    return view(image(request.item()), request.item().key(), request.view());
  }

  /** Transforms an image. */
  RgbImage view(RgbImage image, String key, @Nullable ViewSpec view) {
    return view == null
        ? transform.test(image)
        : view.recipe().view(view.seed(), view.number(), key, image, transform);
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
        encoded.add(
            learned == null
                ? new Feature(row.unitRows().toFloats(), norm(row.toFloats()), 0)
                : new Feature(row.toFloats(), 1, 0));
      }
      return encoded;
    }
  }

  private static float norm(float[] vector) {
    double sum = 0;
    for (float value : vector) {
      sum += (double) value * value;
    }
    return (float) Math.sqrt(sum);
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
