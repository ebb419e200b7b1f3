package org.kgcoop.clip;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A CLIP model: two encoders, a tokenizer, the preprocessing of images and the scale of logits. Its
 * weights are frozen, and several threads can use them. They are in memory, so a change of their
 * file changes no feature. A model owns native memory, so close it. {@link #close} waits for
 * running calls of embedders and classifiers; end other uses of the encoders first.
 *
 * <pre>{@code
 * try (Clip clip = Clip.load("ViT-B/32-256");
 *     Classifier classifier = Classifier.zeroShot(clip, List.of("cat", "dog"), "a photo of a {}.")) {
 *   System.out.println(classifier.classify(Path.of("photo.jpg")).best());
 * }
 * }</pre>
 *
 * <p>Programs may rely on {@code load} without options, {@link #fingerprint} and {@link #close}.
 * The other members are internal and may change.
 */
public final class Clip implements AutoCloseable {
  private final ModelDescription description;
  private final Weights weights;
  private final WeightSource imageWeights; // of the image encoder
  private final DType precision;
  private final ImageEncoder encoder;
  private final ImageEncoder imageEncoder; // encodes each image alone
  private final TextEncoder textEncoder;
  private final double logitScale;
  private final double logitBias;
  private final Device device;
  private final TextFeatureCache textFeatures = new TextFeatureCache();
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;
  private volatile String name = "";

  /**
   * The options for loading a CLIP model.
   *
   * @param precision the precision of matrix products: float32, bf16 or int8; norms, residuals and
   *     losses are always float32. int8 is for the blocks of the image encoder. The rest of the
   *     image encoder is then bf16, or float32 if the processor emulates bf16, and the text encoder
   *     is float32. {@code CheckedPrecision} loads models in int8.
   * @param tokenizer a merges.txt or tokenizer.json; null for the file next to the weights, or
   *     OpenAI's tokenizer
   * @param activation overrides the activation of the configuration files; or null
   * @param maxPatches overrides the maximum number of patches of an image, for a model that keeps
   *     the shape of an image; 0 for the number of the configuration files
   */
  public record Options(
      DType precision,
      Device device,
      @Nullable Path tokenizer,
      @Nullable Activation activation,
      int maxPatches) {
    public static final Options DEFAULT = new Options(DType.FLOAT32, Device.CPU, null, null);

    /** Creates options with the number of patches of the configuration files. */
    public Options(
        DType precision, Device device, @Nullable Path tokenizer, @Nullable Activation activation) {
      this(precision, device, tokenizer, activation, 0);
    }

    /** Reads everything of a model except the weights. */
    ModelDescription describe(WeightFile file) {
      return new ModelDescription(file, tokenizer, activation, maxPatches);
    }

    /** Returns the options with another precision. */
    Options with(DType other) {
      return new Options(other, device, tokenizer, activation, maxPatches);
    }

    public Options {
      if (!Set.of(DType.FLOAT32, DType.BFLOAT16, DType.INT8).contains(precision)) {
        throw KgCoopException.configuration(
            "precision %s: expected float32, bf16 or int8 (float16 is slower than all)"
                .formatted(precision));
      }
      if (maxPatches < 0 || maxPatches > PatchGrid.MAX_PATCHES) {
        throw KgCoopException.configuration(
            "--max-patches: expected 1 to %s, got %s".formatted(PatchGrid.MAX_PATCHES, maxPatches));
      }
    }
  }

  private Clip(
      ModelDescription description,
      Options options,
      UnaryOperator<WeightSource> imageWeightsOf,
      UnaryOperator<WeightSource> textWeightsOf) {
    options.device().check();
    this.description = description;
    Family family = description.family;
    ClipConfig config = description.config;
    device = options.device();
    precision = options.precision();
    DType type = precision == DType.INT8 ? DType.FLOAT32 : precision;
    weights = new Weights(description.stored, type, device, description.path.toString());
    imageWeights = imageWeightsOf.apply(weights);
    encoder =
        config.vision() instanceof ClipConfig.ResNet resNet
            ? new ModifiedResNet(imageWeights, config, resNet)
            : new VisionTransformer(imageWeights, config);
    // An accelerator has one queue, so dividing its work has no benefit.
    imageEncoder = device.isCpu() ? encoder.imageByImage() : encoder;
    textEncoder = new TextEncoder(textWeightsOf.apply(weights), config);
    Tensor logScale = weights.get("logit_scale");
    boolean hasBias =
        family.traits().hasLogitBias() || description.stored.containsKey("logit_bias");
    Tensor bias = hasBias ? weights.get("logit_bias") : Tensor.scalar(0);
    weights.check();
    logitScale = Math.exp(logScale.item());
    logitBias = bias.item();
  }

  /** Loads a weight file, or a folder with weights and their configuration, in float32. */
  public static Clip load(Path path) {
    return load(path, Options.DEFAULT);
  }

  /**
   * Loads weights by their name, without using the network.
   *
   * @param name {@code embedded}, or a name that {@code ./kgcoop download --list} prints, such as
   *     {@code ViT-B/16}, or {@code hf:OWNER/NAME}
   * @throws KgCoopException of the category IO if the weights are not on this machine
   */
  public static Clip load(String name) {
    return load(name, question -> false);
  }

  /**
   * Loads weights by their name, and downloads them first if they are not on this machine and the
   * program agrees. {@code KGCOOP_OFFLINE=1} forbids downloads.
   *
   * @param consent receives a question with the name and the size; {@code question -> true} always
   *     agrees
   * @throws KgCoopException of the category IO if the weights are not there and the program does
   *     not agree, or if the download fails
   */
  public static Clip load(String name, Predicate<String> consent) {
    return name.equals(EmbeddedClip.NAME)
        ? load(EmbeddedClip.folder())
        : load(ReleasedWeights.locate(name, consent)).named(name);
  }

  /**
   * Loads a weight file, or a folder with weights and their configuration.
   *
   * @throws KgCoopException if the file cannot be read, or is not a CLIP model
   */
  public static Clip load(Path path, Options options) {
    return of(WeightFiles.open(path), options);
  }

  /**
   * Creates the CLIP model of an opened weight file.
   *
   * @throws IllegalArgumentException for int8, which {@code CheckedPrecision} loads after a check
   */
  public static Clip of(WeightFile file, Options options) {
    if (options.precision() == DType.INT8) {
      throw new IllegalArgumentException("int8: expected CheckedPrecision to load the model");
    }
    return withWeights(options.describe(file), options, weights -> weights);
  }

  /** Creates a model whose image encoder uses other weights than those of the file. */
  static Clip withWeights(
      ModelDescription model, Options options, UnaryOperator<WeightSource> imageWeightsOf) {
    try (Scope scope = Scope.open("loading " + model.path)) {
      return new Clip(model, options, imageWeightsOf, weights -> weights);
    }
  }

  /**
   * Creates a model for measurements of speed. It needs less memory than others of the same size,
   * because its blocks share their layers.
   *
   * @param file weights whose blocks are equal
   */
  public static Clip forSpeed(WeightFile file, Options options) {
    try (Scope scope = Scope.open("creating " + file.path())) {
      ModelDescription model = options.describe(file);
      return new Clip(model, options, Clip::sharingLayers, Clip::sharingLayers);
    }
  }

  /**
   * Returns weights of which all layers of a shape are one layer, so that the copies for fast
   * products need memory only once.
   */
  private static WeightSource sharingLayers(WeightSource weights) {
    Map<String, Linear> layers = new HashMap<>();
    return new ForwardedWeights(weights) {
      @Override
      public Linear linear(
          String name, Tensor bias, double scale, Linear.Packs packs, long outputs, long inputs) {
        Linear own = super.linear(name, bias, scale, packs, outputs, inputs);
        return layers.computeIfAbsent(
            "%s x %s, %s, %s".formatted(outputs, inputs, scale, packs), shape -> own);
      }
    };
  }

  public ClipConfig config() {
    return description.config;
  }

  /** Returns the family of the model. */
  public Family family() {
    return description.family;
  }

  public ImageEncoder imageEncoder() {
    return imageEncoder;
  }

  /**
   * Returns the image encoder for use with prompt tokens.
   *
   * @param who the method that needs them, for the error message
   * @throws KgCoopException of the category CONFIGURATION if the encoder is not a ViT of CLIP
   */
  public VisionTransformer promptedVision(String who) {
    if (precision == DType.INT8) {
      throw KgCoopException.configuration(
          who + " trains inside the image encoder, and int8 has no gradients: use bf16 or float32");
    }
    if (encoder instanceof VisionTransformer vit && vit.readsClassToken()) {
      return vit;
    }
    throw notInside(who);
  }

  /**
   * Returns the image encoder for use with terms on its projections.
   *
   * @param who the method that needs them, for the error message
   * @throws KgCoopException of the category CONFIGURATION if the encoder is not a ViT, or its
   *     images have several grids
   */
  public VisionTransformer adaptedVision(String who) {
    if (encoder instanceof VisionTransformer vit && maxPatches() == 0) {
      return vit;
    }
    throw notInside(who);
  }

  private KgCoopException notInside(String who) {
    return KgCoopException.configuration(
        "%s trains inside a ViT of CLIP, and the image encoder of this model is %s: take another model, such as --clip ViT-B/16, or a method that leaves the encoder as it is, such as kgcoop"
            .formatted(
                who,
                encoder instanceof VisionTransformer
                    ? family().traits().title() + "'s"
                    : "a ResNet"));
  }

  public TextEncoder textEncoder() {
    return textEncoder;
  }

  /**
   * Returns the tokenizer.
   *
   * @throws KgCoopException if it cannot be read, or its number of ids does not match the weights
   */
  public Tokenizer tokenizer() {
    try {
      return description.tokenizer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    }
  }

  /**
   * Runs a call that uses the encoders. {@link #close} waits for it.
   *
   * @throws IllegalStateException if the model is closed
   */
  public <T> T whileOpen(Supplier<T> call) {
    lock.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the CLIP model is closed");
      }
      return call.get();
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Returns the cache of the features of fixed texts. */
  public TextFeatureCache textFeatures() {
    return textFeatures;
  }

  /** Returns the preprocessing of the model's images. */
  public Preprocessing preprocessing() {
    return description.preprocessing;
  }

  /**
   * Returns the maximum number of patches of an image if the model keeps the shape of an image, or
   * 0. It changes features, so it is stored with them.
   */
  public int maxPatches() {
    PatchGrid patches = preprocessing().patches();
    return patches == null ? 0 : patches.maxPatches();
  }

  /** Returns the factor of the cosines, the exponential of the weight {@code logit_scale}. */
  public double logitScale() {
    return logitScale;
  }

  /**
   * Returns the bias of the logits, 0 in most models. It is the same for all classes, so it does
   * not change probabilities or losses. The logits of classifiers do not contain it.
   */
  public double logitBias() {
    return logitBias;
  }

  /** Returns the type of the matrix products: float32, bf16 or int8. */
  public DType precision() {
    return precision;
  }

  /**
   * Returns a text with everything besides weights and processor that determines the bits of matrix
   * products: the type, and for int8 also the type of the others, the layers and the scales.
   */
  public String precisionKey() {
    return imageWeights instanceof Int8Weights int8
        ? precision.name() + " " + int8.key()
        : precision.name();
  }

  public Device device() {
    return device;
  }

  /**
   * Returns the assumed settings, one per line: those that no file specifies, so that the defaults
   * of the released models apply.
   */
  public List<String> assumed() {
    return description.assumed();
  }

  /**
   * Returns an error if settings that no file specifies, and that {@link #assumed} lists, may be
   * wrong: the layout of the weights is of a library that always writes them.
   */
  public Optional<String> missingSettings() {
    return description.missingSettings();
  }

  /**
   * Returns the weights as stored, under their released names. Those of a large file are read again
   * on use, which fails if the file has changed since the model was loaded.
   */
  public Map<String, StoredTensor> stored() {
    return description.stored;
  }

  /**
   * Returns the public name by which the weights were chosen, such as {@code ViT-B/16}; empty if
   * they were chosen by a path, or are the embedded ones. Classifier files contain it.
   */
  public String name() {
    return name;
  }

  /**
   * Sets the public name by which the weights were chosen, and returns this model. An alias becomes
   * the name that it stands for.
   */
  @CanIgnoreReturnValue
  public Clip named(String newName) {
    name = KnownWeights.find(newName).map(KnownWeights::name).orElse(newName);
    return this;
  }

  /** Returns the path of the weights, or {@code embedded} for the embedded CLIP. */
  public String source() {
    return EmbeddedClip.contains(description.path)
        ? EmbeddedClip.NAME
        : description.path.toString();
  }

  /**
   * Returns the SHA-256 of the weights as float32 values, in hexadecimal. It is the same for every
   * file format, but weights rounded to half precision have another one.
   *
   * @throws KgCoopException at the first call, if the file has changed since the model was loaded
   */
  public String fingerprint() {
    return description.fingerprint();
  }

  /** Waits for running calls, then frees the native memory. */
  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      textFeatures.close();
      textEncoder.close();
      if (encoder instanceof VisionTransformer vit) {
        vit.close();
      }
      if (imageWeights instanceof Int8Weights int8) {
        int8.close();
      }
      weights.close();
    } finally {
      lock.writeLock().unlock();
    }
  }
}
