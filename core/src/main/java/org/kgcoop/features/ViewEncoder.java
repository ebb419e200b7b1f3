package org.kgcoop.features;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageHashes;
import org.kgcoop.data.Item;
import org.kgcoop.image.Images;
import org.kgcoop.image.Orientation;
import org.kgcoop.image.RgbImage;
import org.kgcoop.image.view.Transform;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** An encoder from image files to features of unit length: decoding, transform, image encoder. */
public final class ViewEncoder {
  private static final int GPU_GROUP = 32;

  private final Clip clip;
  private final Images images;
  private final Transform transform;

  /** A function from (B, channels, R, R) to (B, E), or null for the frozen encoder of CLIP. */
  private final @Nullable UnaryOperator<Tensor> learned;

  /** The identity of the trained encoder; empty if its features must not be cached. */
  private final String identity;

  public ViewEncoder(Clip clip, Images images) {
    this(clip, images, null, "");
  }

  private ViewEncoder(
      Clip clip, Images images, @Nullable UnaryOperator<Tensor> learned, String identity) {
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
        .map(encoder -> new ViewEncoder(clip, images, encoder::features, ""))
        .orElse(this);
  }

  /**
   * Returns this encoder with the trained image encoder of a finished classifier. Its features can
   * be cached.
   *
   * @param features a function from (B, channels, R, R) to (B, E)
   * @param identity a text that differs between trained encoders
   */
  public ViewEncoder by(UnaryOperator<Tensor> features, String identity) {
    return new ViewEncoder(clip, images, features, identity);
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

  Clip clip() {
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
      return viewKey(view, key) + (turned ? " upright" : "");
    }

    private static String viewKey(@Nullable ViewSpec view, String key) {
      if (view == null) {
        return "test";
      }
      String recipe = view.recipe().equals(ViewRecipe.PUBLISHED) ? "" : " of " + view.recipe().id();
      return "view:%s:%s:%s%s".formatted(view.seed(), view.number(), key, recipe);
    }
  }

  /** Computes features of unit length of files under the test transform: (B, E). */
  public Tensor test(List<Item> items) {
    return encode(items.stream().map(item -> new Request(item, null)).toList());
  }

  /**
   * Computes features of unit length of decoded images under the test transform.
   *
   * @return (B, E)
   */
  public Tensor of(List<RgbImage> images) {
    return ofPixels(testViews(images));
  }

  private List<Pixels> testViews(List<RgbImage> images) {
    return images.stream()
        .<Pixels>map(
            image -> (values, offset) -> transform.normalize(transform.test(image), values, offset))
        .toList();
  }

  /** A transformed image. */
  @FunctionalInterface
  public interface Pixels {
    /**
     * Writes the normalized values, (channels, R, R), from an offset. It is called on any thread.
     */
    void write(float[] values, int offset);
  }

  /**
   * Computes features of unit length of transformed images.
   *
   * @return (B, E)
   */
  Tensor ofPixels(List<Pixels> images) {
    try (Scope scope = Scope.open("pixels")) {
      return scope.promote(features(input(images)));
    }
  }

  /**
   * Collects transformed images into the input of the encoders.
   *
   * @return (B, channels, R, R)
   */
  public Tensor input(List<Pixels> images) {
    float[] values = new float[Math.multiplyExact(images.size(), valuesPerImage())];
    IntStream.range(0, images.size())
        .parallel()
        .forEach(i -> images.get(i).write(values, i * valuesPerImage()));
    int size = clip.preprocessing().size();
    return Tensor.of(values, images.size(), clip.preprocessing().channels(), size, size)
        .to(clip.device());
  }

  /** An image to encode. Without a view, the test transform is used. */
  record Request(Item item, @Nullable ViewSpec view) {
    /** Returns a request for a file under the test transform, rotated by its EXIF orientation. */
    static Request upright(Path file) {
      return new Request(new Item(file.toString(), file, 0, ""), null);
    }

    /**
     * Returns the key of the feature.
     *
     * @param file the values of the file
     */
    String key(ImageHashes.Known file) {
      boolean turned = !item.asStored() && file.orientation() != Orientation.UPRIGHT;
      return key(file.sha256(), ViewSpec.viewKey(view, item.key(), turned));
    }

    /** Returns the key of the feature of an image's view. */
    static String key(String sha256, String viewKey) {
      return sha256 + " " + viewKey;
    }
  }

  /** Computes features of unit length, (B, E). */
  Tensor encode(List<Request> requests) {
    return ofPixels(pixelsOf(requests));
  }

  /** Decodes and transforms images into the input of the encoders, (B, channels, R, R). */
  Tensor pixels(List<Request> requests) {
    return input(pixelsOf(requests));
  }

  private List<Pixels> pixelsOf(List<Request> requests) {
    return requests.stream()
        .<Pixels>map(
            request ->
                (values, offset) ->
                    writeView(
                        image(request.item()),
                        request.item().key(),
                        request.view(),
                        values,
                        offset))
        .toList();
  }

  /** Returns channels R R. */
  int valuesPerImage() {
    int size = clip.preprocessing().size();
    return clip.preprocessing().channels() * size * size;
  }

  /** Decodes an image from the bytes of a file and rotates it by its EXIF orientation. */
  RgbImage decode(byte[] file, String name) {
    return images.decodeUpright(file, name);
  }

  /** Decodes the image of an item. It is rotated by its EXIF orientation unless it is as stored. */
  public RgbImage image(Item item) {
    return item.asStored() ? images.read(item.file()) : images.readUpright(item.file());
  }

  /** Decodes and transforms an image from the bytes of its file: (channels, R, R). */
  float[] values(Request request, byte[] file) {
    Item item = request.item();
    String name = item.file().toString();
    RgbImage image = item.asStored() ? images.decode(file, name) : decode(file, name);
    return values(image, item.key(), request.view());
  }

  /** Transforms an image: (channels, R, R). */
  float[] values(RgbImage image, String key, @Nullable ViewSpec view) {
    float[] values = new float[valuesPerImage()];
    writeView(image, key, view, values, 0);
    return values;
  }

  /** Transforms an image and writes the normalized values, (channels, R, R), from an offset. */
  private void writeView(
      RgbImage image, String key, @Nullable ViewSpec view, float[] values, int offset) {
    RgbImage transformed =
        view == null
            ? transform.test(image)
            : view.recipe().view(view.seed(), view.number(), key, image, transform);
    transform.normalize(transformed, values, offset);
  }

  /**
   * A feature as stored in the feature cache.
   *
   * @param vector (E), of unit length, or as a trained image encoder computes it
   * @param norm the length before scaling; 1 for a trained image encoder
   */
  // An array, because there are many features. No code compares these records.
  @SuppressWarnings("ArrayRecordComponent")
  public record Encoded(float[] vector, float norm) {
    /** Returns the feature as the image encoder computes it. */
    public float[] raw() {
      float[] raw = vector.clone();
      for (int i = 0; i < raw.length; i++) {
        raw[i] *= norm;
      }
      return raw;
    }
  }

  /**
   * Computes features of decoded images under the test transform, byte-identical to those of a
   * feature cache.
   */
  public List<Encoded> encodedTestViews(List<RgbImage> images) {
    return encoded(testViews(images));
  }

  /** Computes features of transformed images, as a feature cache stores them. */
  List<Encoded> encoded(List<Pixels> images) {
    if (learned != null && identity.isEmpty()) {
      throw new IllegalStateException("features of an encoder in training are not cached");
    }
    try (Scope scope = Scope.open("images");
        Autograd.Switch off = Autograd.off()) {
      List<Encoded> encoded = new ArrayList<>();
      if (learned != null) {
        for (Tensor row : rowsOf(learned.apply(input(images)))) {
          encoded.add(new Encoded(row.toFloats(), 1));
        }
        return encoded;
      }
      for (Tensor row : rows(input(images))) {
        encoded.add(new Encoded(row.unitRows().toFloats(), norm(row.toFloats())));
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
   * Computes features of transformed images.
   *
   * @param images (B, channels, R, R)
   * @return (B, E), with rows of unit length, or as the image encoder of a head computes them
   */
  public Tensor features(Tensor images) {
    try (Scope scope = Scope.open("images");
        Autograd.Switch off = Autograd.off()) {
      return scope.promote(
          learned == null
              ? Tensor.concat(rows(images).stream().map(Tensor::unitRows).toList(), 0)
              : learned.apply(images));
    }
  }

  /**
   * Computes raw features one by one, (1, E), so that their bits do not depend on the number of
   * images.
   */
  private List<Tensor> rows(Tensor images) {
    return rowsOf(clip.imageEncoder().features(images));
  }

  private static List<Tensor> rowsOf(Tensor features) {
    return LongStream.range(0, features.size(0)).mapToObj(i -> features.narrow(0, i, 1)).toList();
  }
}
