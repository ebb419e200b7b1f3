package org.kgcoop.clip;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.Json;
import org.kgcoop.files.Sha256;
import org.kgcoop.files.UserFolders;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.tensor.Arithmetic;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * A precision that is checked before a model is used in it for the first time on a machine. {@value
 * #IMAGES} fixed images are encoded in this precision and in float32, and the cosine of the two
 * features of an image is computed after the mean feature in float32 of the images of its kind is
 * subtracted. All features of a model share a direction, so plain cosines hide errors. The result
 * is stored for the next time.
 *
 * <p>If int8 fails, the second layer of the MLPs stays in bf16, because smoothing cannot reach it.
 * If int8 fails again, bf16 is checked. If the processor emulates bf16, or if it fails too, the
 * model is used in float32.
 */
public final class CheckedPrecision {
  private static final int IMAGES = 32;
  private static final int VERSION = 3; // of the check, the images and the arithmetic of int8
  private static final double INT8_MEAN = 0.99;
  private static final double INT8_LEAST = 0.97;
  private static final double BF16_MEAN = 0.999;

  /** The width of an image encoder below which bf16 is as fast, by the time of its products. */
  private static final int NARROW = 256;

  private final ModelDescription model;
  private final Clip.Options options;
  private final Consumer<String> lines;
  private final Consumer<String> warnings;

  private CheckedPrecision(
      WeightFile file, Clip.Options options, Consumer<String> lines, Consumer<String> warnings) {
    this.model = options.describe(file);
    this.options = options;
    this.lines = lines;
    this.warnings = warnings;
  }

  /**
   * Loads a model in the precision of the options, int8 after a check. If the features in int8
   * differ too much, or the processor computes it slowly, the precision is that of {@link
   * #automatic}.
   *
   * @param lines receives the result of the check, and of the check of bf16 if int8 cannot be used
   * @param warnings receives a line with the reason if int8 cannot be used
   */
  public static Clip load(
      WeightFile file, Clip.Options options, Consumer<String> lines, Consumer<String> warnings) {
    return options.precision() == DType.INT8
        ? new CheckedPrecision(file, options, lines, warnings).int8()
        : Clip.of(file, options);
  }

  /**
   * Loads a model in bf16 if this processor computes it quickly and the features are almost those
   * of float32, and in float32 otherwise.
   *
   * @param options other options; the precision is ignored
   * @param lines receives a line with the choice and its reason
   */
  public static Clip automatic(WeightFile file, Clip.Options options, Consumer<String> lines) {
    String hint =
        Linear.hasInt8() ? "; --precision int8 is faster, and checks the model first" : "";
    return new CheckedPrecision(file, options, lines, lines).automatic(hint);
  }

  /**
   * The agreement of features with those in float32.
   *
   * @param mean the mean of the centered cosines
   * @param least the least one
   */
  record Agreement(
      @JsonProperty(required = true) double mean, @JsonProperty(required = true) double least) {
    boolean isAbove(double meanLimit, double leastLimit) {
      return mean >= meanLimit && least >= leastLimit; // false for NaN
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%.4f (least %.4f)", mean, least);
    }
  }

  private Clip int8() {
    if (!options.device().isCpu()) {
      throw KgCoopException.configuration("precision int8: expected the device cpu");
    }
    if (!Linear.hasInt8()) {
      return fallback("this processor has no fast int8 products (AVX2 or AVX-512)");
    }
    boolean isNarrow = model.config.vision().width() < NARROW && Arithmetic.hasBf16();
    Check result = result(DType.INT8, "int8", this::checkedInt8);
    if (result.scales().isEmpty()) {
      return fallback("the image encoder of this model has no transformer blocks");
    }
    String rest = "with the second layer of the MLPs in " + Int8Weights.rest().optionName();
    List<Agreement> agreements = result.agreements();
    int used = result.used();
    if (used < 0) {
      return fallback(
          "the centered cosine to float32 is %s, and %s %s; expected %s (least %s)"
              .formatted(agreements.get(0), agreements.get(1), rest, INT8_MEAN, INT8_LEAST));
    }
    lines.accept(
        "precision int8: the centered cosine to float32 is %s%s%s"
            .formatted(
                agreements.get(used),
                used == 0 ? "" : ", %s; without it %s".formatted(rest, agreements.get(0)),
                isNarrow ? "; bf16 is as fast for a model this small" : ""));
    return int8(result.scales(), used == 0);
  }

  private Clip fallback(String reason) {
    warnings.accept("precision int8: " + reason + "; choosing as with auto");
    return automatic("");
  }

  private Clip int8(Map<String, int[]> scales, boolean mlpOutput) {
    return Clip.withWeights(
        model, options.with(DType.INT8), weights -> new Int8Weights(weights, scales, mlpOutput));
  }

  private Clip load(DType precision) {
    return Clip.withWeights(model, options.with(precision), weights -> weights);
  }

  /** Returns the stored result of a check. If there is none, checks the model. */
  private Check result(DType precision, String option, Supplier<Check> check) {
    Path file = file(model, precision);
    Check known = read(file);
    if (known != null) {
      return known;
    }
    lines.accept("precision %s: checking the model with %s images, once".formatted(option, IMAGES));
    Check result = check.get();
    write(file, result);
    return result;
  }

  private Check checkedInt8() {
    Smoothing smoothing = new Smoothing();
    float[][] expected;
    Map<String, int[]> scales;
    try (Clip exact = Clip.withWeights(model, options.with(DType.FLOAT32), smoothing::observing)) {
      expected = features(exact);
      scales = smoothing.scales();
    }
    List<Agreement> agreements = new ArrayList<>();
    for (int attempt = 0; attempt < 2 && !scales.isEmpty(); attempt++) {
      try (Clip clip = int8(scales, attempt == 0)) {
        agreements.add(agreement(expected, features(clip), CheckImages.KINDS));
      }
      if (agreements.get(attempt).isAbove(INT8_MEAN, INT8_LEAST)) {
        return new Check(attempt, agreements, scales);
      }
    }
    return new Check(-1, agreements, scales);
  }

  private Clip automatic(String hint) {
    String obstacle =
        !options.device().isCpu()
            ? "models are checked only on the device cpu"
            : Arithmetic.hasBf16() ? "" : "this processor has no bf16 products" + hint;
    if (!obstacle.isEmpty()) {
      lines.accept("precision auto: float32, because " + obstacle);
      return load(DType.FLOAT32);
    }
    Check result = result(DType.BFLOAT16, "auto", this::checkedBf16);
    DType chosen = result.used() == 0 ? DType.BFLOAT16 : DType.FLOAT32;
    lines.accept(
        "precision auto: %s, because the centered cosine of bf16 to float32 is %s%s%s"
            .formatted(
                chosen.optionName(),
                result.agreements().get(0),
                chosen == DType.FLOAT32 ? "; expected " + BF16_MEAN : "",
                hint));
    return load(chosen);
  }

  private Check checkedBf16() {
    try (Clip exact = load(DType.FLOAT32);
        Clip clip = load(DType.BFLOAT16)) {
      Agreement agreement = agreement(features(exact), features(clip), CheckImages.KINDS);
      int used = agreement.isAbove(BF16_MEAN, -1) ? 0 : -1;
      return new Check(used, List.of(agreement), Map.of());
    }
  }

  /** Encodes the fixed images: one feature of unit length each. */
  private static float[][] features(Clip clip) {
    int size = clip.preprocessing().size();
    int channels = clip.preprocessing().channels();
    try (Scope scope = Scope.open("check of a precision");
        Autograd.Switch off = Autograd.off()) {
      List<Tensor> images = new ArrayList<>();
      for (int i = 0; i < IMAGES; i++) {
        float[] pixels = CheckImages.of(i, clip.preprocessing());
        images.add(Tensor.of(pixels, 1, channels, size, size));
      }
      Tensor pixels = Tensor.concat(images, 0).to(clip.device());
      return clip.imageEncoder().features(pixels).unitRows().toRows();
    }
  }

  /**
   * Compares features of the same images, after the mean of the expected ones of their kind is
   * subtracted.
   *
   * @param kinds the number of kinds, which alternate
   */
  static Agreement agreement(float[][] expected, float[][] actual, int kinds) {
    double sum = 0;
    double least = 1;
    for (int kind = 0; kind < kinds; kind++) {
      double[] mean = mean(expected, kind, kinds);
      for (int n = kind; n < expected.length; n += kinds) {
        double cosine = cosine(expected[n], actual[n], mean);
        sum += cosine;
        least = Math.min(least, cosine);
      }
    }
    return new Agreement(sum / expected.length, least);
  }

  private static double[] mean(float[][] features, int kind, int kinds) {
    double[] mean = new double[features[0].length];
    int count = (features.length - kind + kinds - 1) / kinds;
    for (int n = kind; n < features.length; n += kinds) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += features[n][i] / (double) count;
      }
    }
    return mean;
  }

  private static double cosine(float[] expected, float[] actual, double[] mean) {
    double product = 0;
    double squareOfExpected = 0;
    double squareOfActual = 0;
    for (int i = 0; i < mean.length; i++) {
      double a = expected[i] - mean[i];
      double b = actual[i] - mean[i];
      product += a * b;
      squareOfExpected += a * a;
      squareOfActual += b * b;
    }
    return product / Math.sqrt(squareOfExpected * squareOfActual);
  }

  /**
   * The result of a check.
   *
   * @param used the position of the accepted agreement, or -1
   * @param agreements of all products, then with the second layer of the MLPs in bf16
   * @param scales the scales of smoothing; empty for bf16, or if no layer can compute in int8
   */
  private record Check(int used, List<Agreement> agreements, Map<String, int[]> scales) {}

  /** The part of a result that is stored as JSON. */
  private record Stored(
      @JsonProperty(required = true) int used,
      @JsonProperty(required = true) List<Agreement> agreements) {}

  /** Returns the file with the result of a check. */
  static Path file(ModelDescription model, DType precision) {
    boolean hasShortRows = precision == DType.INT8 && Linear.int8Bits() < 8;
    String key =
        String.join(
            ";",
            "version=" + VERSION,
            "precision=" + precision + (hasShortRows ? " " + Linear.int8Bits() + "-bit rows" : ""),
            "arithmetic=" + Arithmetic.id(),
            "weights=" + model.fingerprint(),
            "config=" + model.config,
            "preprocessing=" + model.preprocessing);
    return UserFolders.cache("precision").resolve(Sha256.of(key).substring(0, 32) + ".safetensors");
  }

  private static void write(Path file, Check result) {
    List<StoredTensor> scales = new ArrayList<>();
    result.scales().forEach((norm, exponents) -> scales.add(stored(norm, exponents)));
    try {
      Files.createDirectories(file.getParent());
      Stored stored = new Stored(result.used(), result.agreements());
      SealedFile.write(file, scales, Json.STRICT.valueToTree(stored));
    } catch (IOException | KgCoopException e) {
      return; // the next process checks again
    }
  }

  private static @Nullable Check read(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      SealedFile.Content content = SealedFile.read(file, "result of a check");
      Stored stored = Json.STRICT.treeToValue(content.json(), Stored.class);
      Map<String, int[]> scales = new TreeMap<>();
      content.tensors().forEach((norm, tensor) -> scales.put(norm, exponents(tensor)));
      return new Check(stored.used(), stored.agreements(), scales);
    } catch (JsonProcessingException | KgCoopException e) {
      return null; // damaged, or of another kind
    }
  }

  private static StoredTensor stored(String norm, int[] exponents) {
    float[] values = new float[exponents.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = exponents[i];
    }
    return StoredTensor.ofFloats(norm, new long[] {values.length}, values);
  }

  private static int[] exponents(StoredTensor stored) {
    float[] values = stored.toFloats();
    return IntStream.range(0, values.length).map(i -> (int) values[i]).toArray();
  }
}
