package org.kgcoop.classify;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.cache.ViewEncoder;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Images and texts in, features out: vectors of one space, in which what an image shows and what a
 * text says are near to each other. The product of unit ones is their cosine.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load(Path.of("ViT-B-16.pt"))) {
 *   Embedder embedder = Embedder.unit(clip);
 *   float[] photo = embedder.embed(Path.of("photo.jpg"));
 *   float[] words = embedder.embedText("a red umbrella");
 * }
 * }</pre>
 *
 * <p>Images are those that a {@link Classifier} takes, of at most {@link
 * Images#DEFAULT_MAX_PIXELS}, turned upright by their EXIF orientation. Several together are
 * encoded side by side, one a core; the feature of an image is the same in all bits whatever is
 * asked with it. Texts go together through the text encoder, so that the last bits of a feature may
 * depend on the texts beside it.
 *
 * <p>It may be used by any number of threads, as long as the {@link Clip} is open.
 */
public final class Embedder {
  private static final int BATCH = 32;
  private static final int TEXTS = 256;

  private final Clip clip;
  private final boolean unit;
  private final AnyImage images = new AnyImage();
  private final ViewEncoder encoder;

  private Embedder(Clip clip, boolean unit) {
    this.clip = clip;
    this.unit = unit;
    this.encoder = new ViewEncoder(clip, images.images());
  }

  /** An embedder that makes features of unit length, which cosines are taken of. */
  public static Embedder unit(Clip clip) {
    return new Embedder(clip, true);
  }

  /** An embedder that makes features as the encoders do, of any length. */
  public static Embedder raw(Clip clip) {
    return new Embedder(clip, false);
  }

  /** The length of a feature: how many numbers it has. */
  public int width() {
    return clip.config().embedDim();
  }

  /**
   * Makes the feature of a file's image.
   *
   * @throws KgCoopException where it cannot be read; the message says why
   */
  public float[] embed(Path file) {
    return embed(images.decoded(file));
  }

  /**
   * Makes the feature of the image that the bytes of a file hold.
   *
   * @throws KgCoopException where they hold none that can be read
   */
  public float[] embed(byte[] file) {
    return embed(images.decoded(file));
  }

  /**
   * Makes the feature of the image that the rest of a stream holds; the stream is left open.
   *
   * @throws KgCoopException where it holds none that can be read, or breaks off
   */
  public float[] embed(InputStream file) {
    return embed(images.decoded(file));
  }

  /** Makes the feature of an image of the Java platform's class; transparency is dropped. */
  public float[] embed(BufferedImage image) {
    return embed(images.decoded(image));
  }

  /** Makes the feature of a decoded image. */
  public float[] embed(RgbImage image) {
    return embedAll(List.of(image)).get(0);
  }

  /**
   * Makes the features of several images, encoded together.
   *
   * @param images each in a form that {@link Classifier#classifyAll} takes; decoded a batch at a
   *     time
   * @return one for each, in the same order
   * @throws KgCoopException where one of them cannot be read
   * @throws IllegalArgumentException where one is of another class
   */
  public List<float[]> embedAll(List<?> images) {
    List<float[]> all = new ArrayList<>();
    for (int from = 0; from < images.size(); from += BATCH) {
      List<?> batch = images.subList(from, Math.min(from + BATCH, images.size()));
      encoder.encoded(this.images.decoded(batch)).stream()
          .map(encoded -> unit ? encoded.vector() : encoded.raw())
          .forEach(all::add);
    }
    return all;
  }

  /**
   * Makes the feature of a text, taken as it is: no template around it.
   *
   * @throws KgCoopException where it is longer than the model reads
   */
  public float[] embedText(String text) {
    return embedTexts(List.of(text)).get(0);
  }

  /**
   * Makes the features of several texts.
   *
   * @return one for each, in the same order
   * @throws KgCoopException where one of them is longer than the model reads
   */
  public List<float[]> embedTexts(List<String> texts) {
    List<float[]> all = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += TEXTS) {
      List<String> batch = texts.subList(from, Math.min(from + TEXTS, texts.size()));
      try (Scope scope = Scope.open("texts");
          Autograd.Switch off = Autograd.off()) {
        Tensor features = TextFeatures.ofTexts(clip, batch); // (texts, E)
        for (int i = 0; i < batch.size(); i++) {
          Tensor row = features.narrow(0, i, 1);
          all.add((unit ? row.unitRows() : row).toFloats());
        }
      }
    }
    return all;
  }
}
