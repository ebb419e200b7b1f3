package org.kgcoop.bank;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Images;
import org.kgcoop.data.Item;
import org.kgcoop.data.RgbImage;
import org.kgcoop.data.Transform;
import org.kgcoop.data.Views;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Pictures to unit features: decode, transform, image tower. */
public final class PictureEncoder {
  private final Clip clip;
  private final Images images;
  private final Transform transform;

  public PictureEncoder(Clip clip, Images images) {
    this.clip = clip;
    this.images = images;
    this.transform = new Transform(clip.preprocessing());
  }

  /** Where the features are. */
  public Device device() {
    return clip.device();
  }

  /** How a picture is seen: the random view of a seed and number, or the test transform. */
  record Sight(long seed, long number) {}

  /** Unit features of files under the test transform: (B, E). */
  public Tensor test(List<Item> items) {
    return encode(items.stream().map(item -> new Request(item, null)).toList());
  }

  /**
   * Unit features of decoded pictures under the test transform.
   *
   * @return (B, E)
   */
  public Tensor of(List<RgbImage> pictures) {
    return features(pictures.size(), i -> transform.test(pictures.get(i)));
  }

  /** One picture to be encoded; without a sight under the test transform. */
  record Request(Item item, @Nullable Sight sight) {}

  Tensor encode(List<Request> requests) {
    return features(requests.size(), i -> picture(requests.get(i)));
  }

  private RgbImage picture(Request request) {
    RgbImage picture = images.read(request.item().file());
    Sight sight = request.sight();
    return sight == null
        ? transform.test(picture)
        : transform.train(
            picture, Views.of(sight.seed(), sight.number(), request.item().key(), picture));
  }

  private interface Source {
    RgbImage picture(int index);
  }

  private Tensor features(int count, Source source) {
    int size = clip.preprocessing().size();
    int channels = clip.preprocessing().channels();
    int values = channels * size * size;
    float[] pixels = new float[Math.multiplyExact(count, values)];
    // Decoding and resizing need no order: each picture has its own place.
    IntStream.range(0, count)
        .parallel()
        .forEach(i -> transform.normalise(source.picture(i), pixels, i * values));
    try (Scope scope = Scope.open("pictures");
        Autograd.Switch off = Autograd.off()) {
      Tensor input = Tensor.of(pixels, count, channels, size, size).to(clip.device());
      return scope.promote(clip.imageEncoder().features(input).unitRows());
    }
  }
}
