package org.kgcoop.features;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
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

  Clip clip() {
    return clip;
  }

  /** A random view of an image, selected by seed and number. */
  record ViewSpec(ViewRecipe recipe, long seed, long number) {
    /**
     * The seed of the views in a cache. It differs from the run's seed, so that runs of all seeds
     * share the views.
     */
    private static final long BANK_SEED = 0;

    /** Returns a view of a feature cache. */
    static ViewSpec banked(ViewRecipe recipe, long number) {
      return new ViewSpec(recipe, BANK_SEED, number);
    }

    /**
     * Returns a text with everything that determines the view of an image's bytes.
     *
     * @param sight null for the test transform
     * @param key the key of the image
     * @param turned true if the image is EXIF-rotated and the encoder rotates it
     */
    static String seen(@Nullable ViewSpec sight, String key, boolean turned) {
      return seen(sight, key) + (turned ? " upright" : "");
    }

    private static String seen(@Nullable ViewSpec sight, String key) {
      if (sight == null) {
        return "test";
      }
      String recipe =
          sight.recipe().equals(ViewRecipe.PUBLISHED) ? "" : " of " + sight.recipe().id();
      return "view:%s:%s:%s%s".formatted(sight.seed(), sight.number(), key, recipe);
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
    return ofPixels(
        images.stream()
            .<Pixels>map(
                image ->
                    (values, offset) -> transform.normalise(transform.test(image), values, offset))
            .toList());
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
    return input(values);
  }

  /** An image to encode. Without a view, the test transform is used. */
  record Request(Item item, @Nullable ViewSpec sight) {
    /** Returns a request for a file under the test transform, rotated by its EXIF orientation. */
    static Request upright(Path file) {
      return new Request(new Item(file.toString(), file, 0, ""), null);
    }

    /**
     * Returns a text with everything that determines the view of these bytes.
     *
     * @param orientation the EXIF orientation of the bytes
     */
    String seen(int orientation) {
      boolean turned = !item.asStored() && orientation != Orientation.UPRIGHT;
      return ViewSpec.seen(sight, item.key(), turned);
    }
  }

  /** Computes features of unit length, (B, E). */
  Tensor encode(List<Request> requests) {
    try (Scope scope = Scope.open("requests")) {
      return scope.promote(features(pixels(requests)));
    }
  }

  private float[] valuesOf(List<Request> requests) {
    float[] values = new float[Math.multiplyExact(requests.size(), valuesPerImage())];
    // Images can be decoded in any order, because each has a fixed position in the output.
    IntStream.range(0, requests.size())
        .parallel()
        .forEach(
            i -> {
              Request request = requests.get(i);
              see(image(request.item()), request.item().key(), request.sight(), values, i);
            });
    return values;
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

  /** Decodes and transforms an image: (channels, R, R). */
  float[] values(Request request) {
    return values(image(request.item()), request.item().key(), request.sight());
  }

  /** Transforms an image: (channels, R, R). */
  float[] values(RgbImage image, String key, @Nullable ViewSpec sight) {
    float[] values = new float[valuesPerImage()];
    see(image, key, sight, values, 0);
    return values;
  }

  /** Transforms an image and writes it at its position in values of (B, channels, R, R). */
  private void see(
      RgbImage image, String key, @Nullable ViewSpec sight, float[] values, int place) {
    RgbImage seen =
        sight == null
            ? transform.test(image)
            : sight.recipe().view(sight.seed(), sight.number(), key, image, transform);
    normalise(seen, values, place);
  }

  private void normalise(RgbImage seen, float[] values, int place) {
    transform.normalise(seen, values, place * valuesPerImage());
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
  public List<Encoded> encoded(List<RgbImage> images) {
    float[] values = new float[Math.multiplyExact(images.size(), valuesPerImage())];
    IntStream.range(0, images.size())
        .parallel()
        .forEach(i -> normalise(transform.test(images.get(i)), values, i));
    return encoded(values);
  }

  /**
   * Computes features of transformed images.
   *
   * @param values (B, channels, R, R)
   */
  List<Encoded> encoded(float[] values) {
    if (learned != null && identity.isEmpty()) {
      throw new IllegalStateException("features of an encoder in training are not cached");
    }
    try (Scope scope = Scope.open("images");
        Autograd.Switch off = Autograd.off()) {
      List<Encoded> encoded = new ArrayList<>();
      if (learned != null) {
        for (Tensor row : rowsOf(learned.apply(input(values)))) {
          encoded.add(new Encoded(row.toFloats(), 1));
        }
        return encoded;
      }
      for (Tensor row : rows(input(values))) {
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

  /** Converts transformed images to a tensor: (B, channels, R, R). */
  private Tensor input(float[] values) {
    int size = clip.preprocessing().size();
    int channels = clip.preprocessing().channels();
    return Tensor.of(values, values.length / valuesPerImage(), channels, size, size)
        .to(clip.device());
  }

  /**
   * Returns transformed images without gradients.
   *
   * @return (B, channels, R, R)
   */
  Tensor pixels(List<Request> requests) {
    return input(valuesOf(requests));
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
