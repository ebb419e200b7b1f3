package org.kgcoop.classify;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.kgcoop.KgCoopException;
import org.kgcoop.cache.ViewEncoder;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Images in, classes and probabilities out, by what a method has learned or by class names alone.
 * All that does not depend on the image is computed once, on loading. Classes go by their index:
 * names may be equal, as two of ImageNet's are.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load(Path.of("ViT-B-16.pt"));
 *     Classifier classifier = Classifier.load(Path.of("classifier.safetensors"), clip)) {
 *   System.out.println(classifier.classify(Path.of("photo.jpg")).top(3));
 * }
 * }</pre>
 *
 * <p>Images are JPEG, PNG, GIF, BMP or WebP by their content, of at most {@link
 * Images#DEFAULT_MAX_PIXELS}, and turned upright by their EXIF orientation. Several together are
 * encoded side by side, one a core; the answer to an image is the same in all bits whatever is
 * asked with it.
 *
 * <p>It may be used by any number of threads: the native memory of a call belongs to the thread
 * that makes it, and is freed before the call returns. A call with several images already uses all
 * cores. The {@link Clip} may be shared by several classifiers and must be closed after them;
 * {@link #close} waits for calls that are under way.
 */
public final class Classifier implements AutoCloseable {
  private static final String ZERO_SHOT = "zero-shot";
  private static final int BATCH = 32;

  private final Head classifier;
  private final List<String> classNames;
  private final String method;
  private final String template;
  private final ViewEncoder encoder;
  private final AnyImage images = new AnyImage();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  private Classifier(
      Clip clip, List<String> classNames, String method, String template, Head classifier) {
    this.classifier = classifier;
    this.classNames = List.copyOf(classNames);
    this.method = method;
    this.template = template;
    this.encoder = new ViewEncoder(clip, images.images()).by(classifier);
  }

  /**
   * Loads what a run has learned, with the classes it was learned from.
   *
   * @param path the run's folder, or {@code classifier.safetensors} in it
   * @param clip the one that it was learned with
   * @throws KgCoopException where the file cannot be read, or is of another CLIP
   */
  public static Classifier load(Path path, Clip clip) {
    ClassifierFile file = ClassifierFile.read(ClassifierFile.at(path));
    return of(file, clip, file.classNames());
  }

  /**
   * Makes a classifier of what a run has learned, for classes that it need not have seen.
   *
   * @throws KgCoopException where the file is of another CLIP, or fits its own classes alone
   */
  public static Classifier of(ClassifierFile file, Clip clip, List<String> classNames) {
    check(classNames);
    return new Classifier(
        clip, classNames, file.method().id(), file.template(), file.classifier(clip, classNames));
  }

  /**
   * No training: classes by their names in hand-crafted texts.
   *
   * @param templates texts with {@code {}} for the class name, such as {@code a photo of a {}.};
   *     the features of several are averaged
   * @throws KgCoopException where a template has no place for the name, or a text is too long
   */
  public static Classifier zeroShot(Clip clip, List<String> classNames, String... templates) {
    check(classNames);
    ZeroShot method = new ZeroShot(List.of(templates));
    return new Classifier(
        clip, classNames, ZERO_SHOT, templates[0], method.classifier(clip, classNames));
  }

  private static void check(List<String> classNames) {
    if (classNames.isEmpty()) {
      throw KgCoopException.configuration("no class names; expected at least one");
    }
    if (classNames.stream().anyMatch(String::isBlank)) {
      throw KgCoopException.configuration("a class name is empty; expected a word or more");
    }
  }

  /** The classes it tells apart. */
  public List<String> classNames() {
    return classNames;
  }

  /** The method that it was learned by, such as {@code kgcoop}, or {@code zero-shot}. */
  public String method() {
    return method;
  }

  /**
   * The hand-crafted text of its classes, {@code {}} where the name goes: that of the data set it
   * was learned from, or the first that was given.
   */
  public String template() {
    return template;
  }

  /**
   * The features of the classes, (C, E), unit rows, where they are the same for every image: with
   * {@link Clip#logitScale} all that its logits need. A copy, in the open scope of this thread.
   */
  public Optional<Tensor> classFeatures() {
    Lock use = lock.readLock();
    use.lock();
    try {
      checkOpen();
      return classifier.classFeatures().map(Tensor::copy);
    } finally {
      use.unlock();
    }
  }

  private void checkOpen() {
    if (closed) {
      throw new IllegalStateException("the classifier is closed");
    }
  }

  /**
   * Classifies the image of a file.
   *
   * @throws KgCoopException where it cannot be read; the message says why
   */
  public Classification classify(Path file) {
    return classify(images.decoded(file));
  }

  /**
   * Classifies the image that the bytes of a file hold.
   *
   * @throws KgCoopException where they hold none that can be read
   */
  public Classification classify(byte[] file) {
    return classify(images.decoded(file));
  }

  /**
   * Classifies the image that the rest of a stream holds; the stream is left open.
   *
   * @throws KgCoopException where it holds none that can be read, or breaks off
   */
  public Classification classify(InputStream file) {
    return classify(images.decoded(file));
  }

  /** Classifies an image of the Java platform's class; transparency is dropped. */
  public Classification classify(BufferedImage image) {
    return classify(images.decoded(image));
  }

  /** Classifies a decoded image. */
  public Classification classify(RgbImage image) {
    return classifyAll(List.of(image)).get(0);
  }

  /**
   * Classifies several images, encoded together.
   *
   * @param images each a {@link Path}, the {@code byte[]} or {@link InputStream} of a file, a
   *     {@link BufferedImage} or an {@link RgbImage}; decoded a batch at a time
   * @return one for each, in the same order
   * @throws KgCoopException where one of them cannot be read
   * @throws IllegalArgumentException where one is of another class
   */
  public List<Classification> classifyAll(List<?> images) {
    List<Classification> all = new ArrayList<>();
    for (int from = 0; from < images.size(); from += BATCH) {
      List<RgbImage> batch =
          this.images.decoded(images.subList(from, Math.min(from + BATCH, images.size())));
      all.addAll(classified(batch));
    }
    return all;
  }

  private List<Classification> classified(List<RgbImage> batch) {
    Lock use = lock.readLock();
    use.lock(); // the image encoder may be its own
    try (Scope scope = Scope.open("classify")) {
      checkOpen();
      return ofFeatures(encoder.of(batch));
    } finally {
      use.unlock();
    }
  }

  /** True if its method has changed the image encoder, so that {@link #features} are its own. */
  public boolean hasOwnEncoder() {
    return classifier.encoder().isPresent();
  }

  /**
   * Features of images as {@link #ofFeatures} takes them, in the open scope of this thread. Each is
   * computed alone, so that its bits do not depend on the others.
   *
   * @param images (B, channels, R, R), as the model takes them: cut, resized and normalized
   * @return (B, E)
   */
  public Tensor features(Tensor images) {
    Lock use = lock.readLock();
    use.lock();
    try {
      checkOpen();
      return encoder.features(images);
    } finally {
      use.unlock();
    }
  }

  /**
   * Classifies images by their features: for programs that encode images once and ask several
   * classifiers about them.
   *
   * @param features (B, E), in an open scope of this thread: unit rows of the same CLIP, or where
   *     it {@link #hasOwnEncoder} what {@link #features} makes
   */
  public List<Classification> ofFeatures(Tensor features) {
    Lock use = lock.readLock();
    use.lock();
    try (Scope scope = Scope.open("classify features");
        Autograd.Switch off = Autograd.off()) {
      checkOpen();
      List<Classification> all = new ArrayList<>();
      for (long i = 0; i < features.size(0); i++) {
        // Each alone: the last bits of a row depend on the rows beside it.
        Tensor probabilities = classifier.probabilities(features.narrow(0, i, 1)); // (1, C)
        all.add(new Classification(classNames, probabilities.toFloats()));
      }
      return all;
    } finally {
      use.unlock();
    }
  }

  /** Frees its native memory, once all calls under way have ended. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        classifier.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
