package org.kgcoop.api;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * An encoder of images and texts. It returns vectors of one space, in which an image and a matching
 * text are close. The dot product of two vectors of unit length is their cosine similarity.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load(Path.of("ViT-B-16.pt"))) {
 *   Embedder embedder = Embedder.unit(clip);
 *   float[] photo = embedder.embed(Path.of("photo.jpg"));
 *   float[] words = embedder.embedText("a red umbrella");
 * }
 * }</pre>
 *
 * <p>It accepts the same images as {@link Classifier}, with at most {@link
 * Images#DEFAULT_MAX_PIXELS} pixels, and rotates EXIF-rotated images. Each call uses all cores,
 * also with one image. The feature of an image is byte-identical, whichever images are encoded with
 * it. Texts are encoded together, so the last bits of a text feature can depend on the other texts.
 *
 * <p>The embedder is thread-safe. {@link Clip#close} waits for its running calls.
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

  /** Creates an embedder that scales features to unit length, for cosine similarities. */
  public static Embedder unit(Clip clip) {
    return new Embedder(clip, true);
  }

  /** Creates an embedder that returns features as the encoders compute them, of any length. */
  public static Embedder raw(Clip clip) {
    return new Embedder(clip, false);
  }

  /** Returns the number of values in a feature. */
  public int width() {
    return clip.config().embedDim();
  }

  /**
   * Computes the feature of an image file.
   *
   * @throws KgCoopException if the image cannot be read; the message has the reason
   */
  public float[] embed(Path file) {
    return embedAll(List.of(file)).get(0);
  }

  /**
   * Computes the feature of an image from the bytes of its file.
   *
   * @throws KgCoopException if the bytes are not a readable image
   */
  public float[] embed(byte[] file) {
    return embedAll(List.of(file)).get(0);
  }

  /**
   * Computes the feature of an image from the rest of a stream, and leaves the stream open.
   *
   * @throws KgCoopException if the content is not a readable image, or the stream breaks off
   */
  public float[] embed(InputStream file) {
    return embedAll(List.of(file)).get(0);
  }

  /** Computes the feature of a {@link BufferedImage}, without its transparency. */
  public float[] embed(BufferedImage image) {
    return embedAll(List.of(image)).get(0);
  }

  /** Computes the feature of a decoded image. */
  public float[] embed(RgbImage image) {
    return embedAll(List.of(image)).get(0);
  }

  /**
   * Computes the features of several images, which are encoded in parallel.
   *
   * @param images each in a form that {@link Classifier#classifyAll} accepts; they are decoded in
   *     batches
   * @return one feature per image, in the same order
   * @throws KgCoopException if one of the images cannot be read
   * @throws IllegalArgumentException if an element has another type
   */
  public List<float[]> embedAll(List<?> images) {
    List<float[]> all = new ArrayList<>();
    for (int from = 0; from < images.size(); from += BATCH) {
      List<?> batch = images.subList(from, Math.min(from + BATCH, images.size()));
      List<RgbImage> views = this.images.views(batch, encoder);
      clip.whileOpen(() -> encoder.encoded(views)).stream()
          .map(encoded -> unit ? encoded.vector() : encoded.raw())
          .forEach(all::add);
    }
    return all;
  }

  /**
   * Computes the feature of a text as it is, without a template.
   *
   * @throws KgCoopException if the text is longer than the model's context length
   */
  public float[] embedText(String text) {
    return embedTexts(List.of(text)).get(0);
  }

  /**
   * Computes the features of several texts.
   *
   * @return one feature per text, in the same order
   * @throws KgCoopException if a text is longer than the model's context length
   */
  public List<float[]> embedTexts(List<String> texts) {
    List<float[]> all = new ArrayList<>();
    for (int from = 0; from < texts.size(); from += TEXTS) {
      List<String> batch = texts.subList(from, Math.min(from + TEXTS, texts.size()));
      all.addAll(clip.whileOpen(() -> features(batch)));
    }
    return all;
  }

  private List<float[]> features(List<String> texts) {
    try (Scope scope = Scope.open("texts");
        Autograd.Switch off = Autograd.off()) {
      Tensor features = TextFeatures.ofTexts(clip, texts); // (texts, E)
      return IntStream.range(0, texts.size())
          .mapToObj(i -> features.narrow(0, i, 1))
          .map(row -> (unit ? row.unitRows() : row).toFloats())
          .toList();
    }
  }
}
