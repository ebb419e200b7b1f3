package org.kgcoop.cache;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
import org.kgcoop.model.FeatureEncoder;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Images to unit features: decode, transform, image encoder. */
public final class ViewEncoder {
  private final Clip clip;
  private final Images images;
  private final Transform transform;
  private final @Nullable FeatureEncoder learned; // null for the CLIP's own encoder

  public ViewEncoder(Clip clip, Images images) {
    this(clip, images, null);
  }

  private ViewEncoder(Clip clip, Images images, @Nullable FeatureEncoder learned) {
    this.clip = clip;
    this.images = images;
    this.transform = new Transform(clip.preprocessing());
    this.learned = learned;
  }

  /** The same with the image encoder of a classifier, where it has one of its own. */
  public ViewEncoder by(Head classifier) {
    return classifier.encoder().map(encoder -> new ViewEncoder(clip, images, encoder)).orElse(this);
  }

  public Device device() {
    return clip.device();
  }

  Clip clip() {
    return clip;
  }

  /** A random view of an image, by seed and number. */
  record ViewSpec(ViewRecipe recipe, long seed, long number) {
    /** The seed of the views in a cache: not a run's, so that runs of all seeds share the views. */
    private static final long BANK_SEED = 0;

    /** A view of a feature cache. */
    static ViewSpec banked(ViewRecipe recipe, long number) {
      return new ViewSpec(recipe, BANK_SEED, number);
    }

    /**
     * All that decides how the bytes of an image are seen.
     *
     * @param sight null for the test transform
     * @param key of the image
     * @param turned true if the image does not lie upright in its file and is turned
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

  /** Unit features of files under the test transform: (B, E). */
  public Tensor test(List<Item> items) {
    return encode(items.stream().map(item -> new Request(item, null)).toList());
  }

  /**
   * Unit features of decoded images under the test transform.
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

  /** An image as the image encoder takes it. */
  @FunctionalInterface
  public interface Pixels {
    /** Writes its normalized numbers, (channels, R, R), from an offset on; in any thread. */
    void write(float[] values, int offset);
  }

  /**
   * Unit features of images that are transformed already.
   *
   * @return (B, E)
   */
  Tensor ofPixels(List<Pixels> images) {
    try (Scope scope = Scope.open("pixels")) {
      return scope.promote(features(input(images)));
    }
  }

  /**
   * Images that are transformed already, as the encoders take them.
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

  /** An image to be encoded; without a sight under the test transform. */
  record Request(Item item, @Nullable ViewSpec sight) {
    /** A file under the test transform, turned upright. */
    static Request upright(Path file) {
      return new Request(new Item(file.toString(), file, 0, ""), null);
    }

    /**
     * All that decides how an image of these bytes is seen.
     *
     * @param orientation of the bytes
     */
    String seen(int orientation) {
      boolean turned = !item.asStored() && orientation != Orientation.UPRIGHT;
      return ViewSpec.seen(sight, item.key(), turned);
    }
  }

  /** Unit features, (B, E). */
  Tensor encode(List<Request> requests) {
    try (Scope scope = Scope.open("requests")) {
      return scope.promote(features(pixels(requests)));
    }
  }

  private float[] valuesOf(List<Request> requests) {
    float[] values = new float[Math.multiplyExact(requests.size(), valuesPerImage())];
    // Decoding and resizing need no order: each image has its own place.
    IntStream.range(0, requests.size())
        .parallel()
        .forEach(
            i -> {
              Request request = requests.get(i);
              see(image(request.item()), request.item().key(), request.sight(), values, i);
            });
    return values;
  }

  /** channels R R. */
  int valuesPerImage() {
    int size = clip.preprocessing().size();
    return clip.preprocessing().channels() * size * size;
  }

  /** The image in these bytes of a file of that name, turned upright. */
  RgbImage decode(byte[] file, String name) {
    return images.decodeUpright(file, name);
  }

  private RgbImage image(Item item) {
    return item.asStored() ? images.read(item.file()) : images.readUpright(item.file());
  }

  /** Decodes and transforms an image: (channels, R, R). */
  float[] values(Request request) {
    return values(image(request.item()), request.item().key(), request.sight());
  }

  /** An image as it is seen: (channels, R, R). */
  float[] values(RgbImage image, String key, @Nullable ViewSpec sight) {
    float[] values = new float[valuesPerImage()];
    see(image, key, sight, values, 0);
    return values;
  }

  /** Transforms an image into its place among values of (B, channels, R, R). */
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
   * A feature as the feature cache keeps it.
   *
   * @param vector (E), of unit length
   * @param norm the length before
   */
  // An array, since features are many and never compared.
  @SuppressWarnings("ArrayRecordComponent")
  public record Encoded(float[] vector, float norm) {
    /** The feature as the image encoder makes it. */
    public float[] raw() {
      float[] raw = vector.clone();
      for (int i = 0; i < raw.length; i++) {
        raw[i] *= norm;
      }
      return raw;
    }
  }

  /**
   * Features of decoded images under the test transform, the same as a feature cache's in all bits.
   */
  public List<Encoded> encoded(List<RgbImage> images) {
    float[] values = new float[Math.multiplyExact(images.size(), valuesPerImage())];
    IntStream.range(0, images.size())
        .parallel()
        .forEach(i -> normalise(transform.test(images.get(i)), values, i));
    return encoded(values);
  }

  /**
   * Features of transformed images.
   *
   * @param values (B, channels, R, R)
   */
  List<Encoded> encoded(float[] values) {
    if (learned != null) {
      throw new IllegalStateException("features of a learned encoder are not kept");
    }
    try (Scope scope = Scope.open("images");
        Autograd.Switch off = Autograd.off()) {
      List<Encoded> encoded = new ArrayList<>();
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
   * Features of images as the encoders take them.
   *
   * @param images (B, channels, R, R)
   * @return (B, E), unit rows, or as an encoder of a classifier's own makes them
   */
  public Tensor features(Tensor images) {
    try (Scope scope = Scope.open("images");
        Autograd.Switch off = Autograd.off()) {
      return scope.promote(
          learned == null
              ? Tensor.concat(rows(images).stream().map(Tensor::unitRows).toList(), 0)
              : learned.features(images));
    }
  }

  /** Transformed images: (B, channels, R, R). */
  private Tensor input(float[] values) {
    int size = clip.preprocessing().size();
    int channels = clip.preprocessing().channels();
    return Tensor.of(values, values.length / valuesPerImage(), channels, size, size)
        .to(clip.device());
  }

  /**
   * Images as the encoders take them, without gradients.
   *
   * @return (B, channels, R, R)
   */
  Tensor pixels(List<Request> requests) {
    return input(valuesOf(requests));
  }

  /** Raw features, each alone, (1, E), so that its bits do not depend on how many there are. */
  private List<Tensor> rows(Tensor images) {
    Tensor features = clip.imageEncoder().features(images);
    return LongStream.range(0, features.size(0)).mapToObj(i -> features.narrow(0, i, 1)).toList();
  }
}
