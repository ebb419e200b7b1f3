package org.kgcoop.api;

import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.RecordedClip;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.UnicodeText;
import org.kgcoop.eval.Calibration;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.RgbImage;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A classifier of images. It uses a trained method, or only class names (zero-shot). Everything
 * that does not depend on the image is computed once, when the classifier is loaded. Classes are
 * identified by their index, because names can repeat, as two of ImageNet's do.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load(Path.of("ViT-B-16.pt"));
 *     Classifier classifier = Classifier.load(Path.of("classifier.safetensors"), clip)) {
 *   System.out.println(classifier.classify(Path.of("photo.jpg")).top(3));
 * }
 * }</pre>
 *
 * <p>Images are JPEG, PNG, GIF, BMP, WebP, TIFF or RAW files with at most {@link
 * Images#DEFAULT_MAX_PIXELS} pixels. The content of a file decides its format. EXIF-rotated images
 * are rotated. The result for an image is byte-identical, whichever images are classified with it.
 * Large JPEG photos are decoded at a part of their size, as all commands do, so the result for
 * their file differs a little from that for the full decoded image.
 *
 * <p>The classifier is thread-safe. Each call frees its native memory before it returns. Each call
 * uses all cores, also with one image. Several classifiers can share a {@link Clip}; close it after
 * them. {@link #close} waits for running calls.
 */
public final class Classifier implements AutoCloseable {
  private static final String ZERO_SHOT = "zero-shot";
  private static final String TAGS = "tags";
  private static final int BATCH = 32;

  private final @Nullable Head classifier; // null for tags
  private final @Nullable TagFile tags; // null for classes
  private final @Nullable LinearAnswers linear;
  private final List<String> classNames;
  private final String method;
  private final String template;
  private final double temperature;
  private final OptionalDouble threshold;
  private final ViewEncoder encoder;
  private final int width;
  private final AnyImage images = new AnyImage();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private @Nullable Clip owned;
  private boolean closed;

  private Classifier(
      Clip clip,
      List<String> classNames,
      String method,
      String template,
      @Nullable Calibration calibration,
      Head classifier) {
    this.classifier = classifier;
    this.tags = null;
    this.linear = LinearAnswers.of(classifier).orElse(null);
    this.classNames = List.copyOf(classNames);
    this.method = method;
    this.template = template;
    this.temperature = calibration == null ? 1 : calibration.temperature();
    Calibration.Rejection rejection = calibration == null ? null : calibration.rejection();
    this.threshold =
        rejection == null ? OptionalDouble.empty() : OptionalDouble.of(rejection.threshold());
    this.encoder = new ViewEncoder(clip, images.images()).by(classifier);
    this.width = clip.config().embedDim();
  }

  private Classifier(Clip clip, TagFile tags) {
    this.classifier = null;
    this.tags = tags;
    this.linear = null;
    this.classNames = List.of();
    this.method = TAGS;
    this.template = tags.template();
    this.temperature = 1;
    this.threshold = OptionalDouble.empty();
    this.encoder = new ViewEncoder(clip, images.images());
    this.width = clip.config().embedDim();
  }

  /**
   * Loads a trained classifier with the classes of its training, or a classifier of tags.
   *
   * @param path the run folder, or {@code classifier.safetensors} in it
   * @param clip the CLIP model that the classifier was trained with
   * @throws KgCoopException if the file cannot be read or belongs to another CLIP
   */
  public static Classifier load(Path path, Clip clip) {
    if (TagFile.is(path)) {
      return of(TagFile.read(path), clip);
    }
    ClassifierFile file = ClassifierFile.read(ClassifierFile.at(path));
    return of(file, clip, file.classNames());
  }

  /**
   * Loads a trained classifier and the CLIP model that it was trained with. Closing the classifier
   * closes the model. The weights must be on this machine. They are found by the name in the
   * classifier file, or by the path in {@code run.json}. Without either, the embedded CLIP is used.
   *
   * @param path the run folder, or {@code classifier.safetensors} in it
   * @throws KgCoopException if the file cannot be read, or the weights are not found or others
   */
  public static Classifier load(Path path) {
    TagFile tags = TagFile.is(path) ? TagFile.read(path) : null;
    ClassifierFile file = tags == null ? ClassifierFile.read(ClassifierFile.at(path)) : null;
    RecordedClip recorded = tags == null ? Objects.requireNonNull(file).clip() : tags.clip();
    Path weights = recorded.find(path, "a Clip").orElseGet(EmbeddedClip::folder);
    Clip clip = Clip.load(weights, recorded.options(Clip.Options.DEFAULT));
    try {
      Classifier classifier =
          file == null ? of(Objects.requireNonNull(tags), clip) : of(file, clip, file.classNames());
      classifier.owned = clip;
      return classifier;
    } catch (RuntimeException | Error e) {
      clip.close();
      throw e;
    }
  }

  private static Classifier of(TagFile file, Clip clip) {
    file.check(clip);
    return new Classifier(clip, file);
  }

  /**
   * Creates a classifier from a trained method, for classes that need no training images.
   *
   * @throws KgCoopException if the file belongs to another CLIP, or supports only its own classes
   */
  public static Classifier of(ClassifierFile file, Clip clip, List<String> classNames) {
    check(classNames);
    return new Classifier(
        clip,
        classNames,
        file.method().id(),
        file.template(),
        file.withClassNames(classNames).calibration(),
        file.classifier(clip, classNames));
  }

  /**
   * Creates a zero-shot classifier, which represents each class by its name in template texts.
   *
   * @param templates texts with {@code {}} for the class name, such as {@code a photo of a {}.};
   *     the features of several templates are averaged
   * @throws KgCoopException if a template does not contain {@code {}}, or a text is too long
   */
  public static Classifier zeroShot(Clip clip, List<String> classNames, String... templates) {
    check(classNames);
    ZeroShot method = new ZeroShot(List.of(templates));
    return new Classifier(
        clip, classNames, ZERO_SHOT, templates[0], null, method.classifier(clip, classNames));
  }

  private static void check(List<String> classNames) {
    if (classNames.isEmpty()) {
      throw KgCoopException.configuration("no class names; expected at least one");
    }
    for (int i = 0; i < classNames.size(); i++) {
      if (classNames.get(i) == null) {
        throw new IllegalArgumentException("classNames: the name at index " + i + " is null");
      }
    }
    if (classNames.stream().anyMatch(String::isBlank)) {
      throw KgCoopException.configuration("a class name is empty; expected a word or more");
    }
    UnicodeText.checkNames(classNames);
  }

  /** Returns the names of the classes, by index; none for a classifier of tags. */
  public List<String> classNames() {
    return classNames;
  }

  /**
   * Returns the method of the training, such as {@code kgcoop}, or {@code zero-shot}, or {@code
   * tags}.
   */
  public String method() {
    return method;
  }

  /**
   * Returns the template text of the classes, with {@code {}} for the name: the template of the
   * training data set, or the first given template.
   */
  public String template() {
    return template;
  }

  /**
   * Returns the temperature T, which divides the logits so that probabilities agree with accuracy.
   * It is 1 if the classifier file contains none.
   */
  public double temperature() {
    return temperature;
  }

  /**
   * Returns the rejection threshold, which the largest probability of an image is compared with. It
   * keeps most images of the classes, and does not promise to reject others. Empty if the
   * classifier file contains no threshold, or other classes.
   */
  public OptionalDouble threshold() {
    return threshold;
  }

  /**
   * Returns the features of the classes, (C, E), with rows of unit length, if they are the same for
   * every image. The logits are their products with image features, times the logit scale of the
   * CLIP model, divided by the {@link #temperature}.
   */
  public Optional<float[][]> classFeatures() {
    return whileOpen(
        () ->
            classifier == null ? Optional.empty() : classifier.classFeatures().map(Tensor::toRows));
  }

  private <T> T whileOpen(Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the classifier is closed");
      }
      return encoder.clip().whileOpen(call);
    } finally {
      lock.readLock().unlock();
    }
  }

  /**
   * Classifies an image file.
   *
   * @throws KgCoopException if the image cannot be read; the message has the reason
   */
  public Classification classify(Path file) {
    return classifyAll(List.of(file)).get(0);
  }

  /**
   * Classifies an image from the bytes of its file.
   *
   * @throws KgCoopException if the bytes are not a readable image
   */
  public Classification classify(byte[] file) {
    return classifyAll(List.of(file)).get(0);
  }

  /**
   * Classifies an image from the rest of a stream, and leaves the stream open.
   *
   * @throws KgCoopException if the content is not a readable image, or the stream breaks off
   */
  public Classification classify(InputStream file) {
    return classifyAll(List.of(file)).get(0);
  }

  /** Classifies a {@link BufferedImage}, without its transparency. */
  public Classification classify(BufferedImage image) {
    return classifyAll(List.of(image)).get(0);
  }

  /** Classifies a decoded image. */
  public Classification classify(RgbImage image) {
    return classifyAll(List.of(image)).get(0);
  }

  /**
   * Classifies several images, which are encoded in parallel.
   *
   * @param images each a {@link Path}, the {@code byte[]} or {@link InputStream} of a file, a
   *     {@link BufferedImage} or an {@link RgbImage}; they are decoded in batches
   * @return one result per image, in the same order
   * @throws KgCoopException if one of the images cannot be read
   * @throws IllegalArgumentException if an element has another type
   */
  public List<Classification> classifyAll(List<?> images) {
    Head unused = classes(); // before any work
    List<Classification> all = new ArrayList<>();
    for (int from = 0; from < images.size(); from += BATCH) {
      List<?> batch = images.subList(from, Math.min(from + BATCH, images.size()));
      all.addAll(whileOpen(() -> ofFeatures(features(batch)))); // close() waits for both
    }
    return all;
  }

  /**
   * Returns true if the method trained inside the image encoder, so that only {@link #features}
   * computes suitable features.
   */
  public boolean hasOwnEncoder() {
    return classifier != null && classifier.encoder().isPresent();
  }

  /**
   * Computes image features for {@link #ofFeatures}. Each image is encoded alone, so its feature
   * does not depend on the others. All images are decoded before the first one is encoded.
   *
   * @param images each in a form that {@link #classifyAll} accepts
   * @return (B, E)
   * @throws KgCoopException if one of the images cannot be read
   * @throws IllegalArgumentException if an element has another type
   */
  public float[][] features(List<?> images) {
    if (images.isEmpty()) {
      return new float[0][];
    }
    List<RgbImage> views = this.images.views(images, encoder);
    return whileOpen( // the head may have its own image encoder
        () -> {
          try (Scope scope = Scope.open("features")) {
            return encoder.ofViews(views).toRows();
          }
        });
  }

  /**
   * Classifies images by their features, for programs that encode images once and use several
   * classifiers.
   *
   * @param features (B, E): rows of unit length from the same CLIP, or from {@link #features} if
   *     {@link #hasOwnEncoder} is true
   * @throws IllegalArgumentException if a row has another length
   * @throws IllegalStateException for a classifier of tags
   */
  public List<Classification> ofFeatures(float[][] features) {
    Head unused = classes(); // also for no features
    check(features);
    return whileOpen(
        () -> {
          try (Scope scope = Scope.open("classify features");
              Autograd.Switch off = Autograd.off()) {
            List<Classification> all = new ArrayList<>();
            for (float[] row : features) {
              all.add(new Classification(classNames, probabilities(row), threshold.orElse(0)));
            }
            return all;
          }
        });
  }

  private void check(float[][] features) {
    for (float[] row : features) {
      if (row.length != width) {
        throw new IllegalArgumentException(
            "features: expected rows of %s values, got one of %s".formatted(width, row.length));
      }
    }
  }

  private Head classes() {
    if (classifier == null) {
      throw new IllegalStateException(
          "a classifier of tags has no classes, and an image can have several tags: call tags");
    }
    return classifier;
  }

  /** Computes one row, because the last bits of a row depend on its neighbors. */
  private float[] probabilities(float[] row) {
    float[] found = linear == null ? null : linear.probabilities(row);
    if (found != null) {
      return found;
    }
    try (Scope scope = Scope.open("row")) {
      Tensor feature = Tensor.of(row, 1, width).to(encoder.device());
      return classes().probabilities(feature).toFloats(); // (1, C)
    }
  }

  /**
   * Returns the tags of an image file, in alphabetical order: those whose score reaches the
   * threshold, and whose promise was good enough.
   *
   * @throws KgCoopException if the image cannot be read; the message has the reason
   * @throws IllegalStateException for a classifier of classes
   */
  public List<Tag> tags(Path file) {
    return tags((Object) file);
  }

  /** Returns the tags of an image from the bytes of its file, as {@link #tags(Path)}. */
  public List<Tag> tags(byte[] file) {
    return tags((Object) file);
  }

  /** Returns the tags of an image from the rest of a stream, as {@link #tags(Path)}. */
  public List<Tag> tags(InputStream file) {
    return tags((Object) file);
  }

  /** Returns the tags of a {@link BufferedImage}, as {@link #tags(Path)}. */
  public List<Tag> tags(BufferedImage image) {
    return tags((Object) image);
  }

  /** Returns the tags of a decoded image, as {@link #tags(Path)}. */
  public List<Tag> tags(RgbImage image) {
    return tags((Object) image);
  }

  private List<Tag> tags(Object image) {
    TagFile unused = tagFile(); // before any work
    return whileOpen(() -> tagsOfFeatures(features(List.of(image)))) // close() waits for both
        .get(0)
        .stream()
        .filter(Tag::written)
        .toList();
  }

  /**
   * Returns all tags of the classifier for images by their features, also those that an image does
   * not get.
   *
   * @param features (B, E), rows of unit length, from {@link #features}
   * @return for each image all tags, in alphabetical order
   * @throws IllegalArgumentException if a row has another length
   * @throws IllegalStateException for a classifier of classes
   */
  public List<List<Tag>> tagsOfFeatures(float[][] features) {
    TagFile of = tagFile();
    check(features);
    return whileOpen(
        () ->
            Arrays.stream(features)
                .parallel()
                .map(
                    row -> {
                      float[] scores = of.head().scores(row);
                      return IntStream.range(0, scores.length)
                          .mapToObj(k -> Tag.of(of.tags().get(k), scores[k]))
                          .toList();
                    })
                .toList());
  }

  /** Returns true if this is a classifier of tags, so that an image can have several. */
  public boolean hasTags() {
    return tags != null;
  }

  /**
   * Returns what is known about each tag, in alphabetical order.
   *
   * @throws IllegalStateException for a classifier of classes
   */
  public List<TagPromise> tagPromises() {
    return tagFile().tags().stream().map(TagPromise::of).toList();
  }

  private TagFile tagFile() {
    if (tags == null) {
      throw new IllegalStateException("a classifier of classes has no tags: call classify");
    }
    return tags;
  }

  /** Waits for running calls, then frees the native memory. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        if (classifier != null) {
          classifier.close();
        }
        if (owned != null) {
          owned.close();
        }
      }
    } finally {
      lock.writeLock().unlock();
    }
  }
}
