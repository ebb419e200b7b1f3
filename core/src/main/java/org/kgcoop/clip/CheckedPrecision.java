package org.kgcoop.clip;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
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
    this.model = Clip.description(file, options);
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
  record Agreement(double mean, double least) {
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
    boolean isNarrow = model.config().vision().width() < NARROW && Arithmetic.hasBf16();
    Path stored = file(model, DType.INT8);
    Result known = read(stored);
    Result result = known != null ? known : checkedInt8(stored);
    int used = result.used();
    if (result.scales().isEmpty()) {
      return fallback("the image encoder of this model has no transformer blocks");
    }
    if (used < 0) {
      return fallback(
          "the centered cosine to float32 is %s, and %s with the second layer of the MLPs in %s; expected %s (least %s)"
              .formatted(
                  result.agreements().get(0),
                  result.agreements().get(1),
                  name(Int8Weights.rest()),
                  INT8_MEAN,
                  INT8_LEAST));
    }
    lines.accept(
        "precision int8: the centered cosine to float32 is %s%s%s"
            .formatted(
                result.agreements().get(used),
                used == 0
                    ? ""
                    : ", with the second layer of the MLPs in %s; without it %s"
                        .formatted(name(Int8Weights.rest()), result.agreements().get(0)),
                isNarrow ? "; bf16 is as fast for a model this small" : ""));
    return int8(new Int8Weights.Form(result.scales(), used == 0));
  }

  private Clip fallback(String reason) {
    warnings.accept("precision int8: " + reason + "; choosing as with auto");
    return automatic("");
  }

  private Clip int8(Int8Weights.Form form) {
    return Clip.withWeights(model, with(DType.INT8), weights -> new Int8Weights(weights, form));
  }

  private Clip load(DType precision) {
    return Clip.withWeights(model, with(precision), UnaryOperator.identity());
  }

  private Result checkedInt8(Path stored) {
    lines.accept("precision int8: checking the model with " + IMAGES + " images, once");
    Smoothing smoothing = new Smoothing();
    float[][] expected;
    Map<String, int[]> scales;
    try (Clip exact = Clip.withWeights(model, with(DType.FLOAT32), smoothing::observing)) {
      expected = features(exact);
      scales = smoothing.scales();
    }
    List<Agreement> agreements = new ArrayList<>();
    int used = -1;
    for (int attempt = 0; attempt < 2 && used < 0 && !scales.isEmpty(); attempt++) {
      try (Clip clip = int8(new Int8Weights.Form(scales, attempt == 0))) {
        agreements.add(agreement(expected, features(clip), CheckImages.KINDS));
      }
      if (agreements.get(attempt).isAbove(INT8_MEAN, INT8_LEAST)) {
        used = attempt;
      }
    }
    Result result = new Result(used, agreements, scales);
    write(stored, result);
    return result;
  }

  private Clip automatic(String hint) {
    if (!options.device().isCpu()) {
      lines.accept("precision auto: float32, because models are checked only on the device cpu");
      return load(DType.FLOAT32);
    }
    if (!Arithmetic.hasBf16()) {
      lines.accept("precision auto: float32, because this processor has no bf16 products" + hint);
      return load(DType.FLOAT32);
    }
    Path stored = file(model, DType.BFLOAT16);
    Result known = read(stored);
    Result result = known != null ? known : checkedBf16(stored);
    DType chosen = result.used() == 0 ? DType.BFLOAT16 : DType.FLOAT32;
    lines.accept(
        "precision auto: %s, because the centered cosine of bf16 to float32 is %s%s"
            .formatted(
                name(chosen),
                result.agreements().get(0),
                (chosen == DType.FLOAT32 ? "; expected " + BF16_MEAN : "") + hint));
    return load(chosen);
  }

  private Result checkedBf16(Path stored) {
    lines.accept("precision auto: checking the model with " + IMAGES + " images, once");
    try (Clip exact = load(DType.FLOAT32);
        Clip clip = load(DType.BFLOAT16)) {
      Agreement agreement = agreement(features(exact), features(clip), CheckImages.KINDS);
      Result result =
          new Result(agreement.isAbove(BF16_MEAN, -1) ? 0 : -1, List.of(agreement), Map.of());
      write(stored, result);
      return result;
    }
  }

  private Clip.Options with(DType precision) {
    return new Clip.Options(
        precision,
        options.device(),
        options.tokenizer(),
        options.activation(),
        options.maxPatches());
  }

  private static String name(DType precision) {
    return precision.optionName();
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
  private record Result(int used, List<Agreement> agreements, Map<String, int[]> scales) {}

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
            "config=" + model.config(),
            "preprocessing=" + model.preprocessing());
    return UserFolders.cache("precision").resolve(Sha256.of(key).substring(0, 32) + ".safetensors");
  }

  private static void write(Path file, Result result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode().put("used", result.used());
    ArrayNode agreements = json.putArray("agreements");
    result
        .agreements()
        .forEach(a -> agreements.addObject().put("mean", a.mean()).put("least", a.least()));
    List<StoredTensor> scales = new ArrayList<>();
    result.scales().forEach((norm, exponents) -> scales.add(stored(norm, exponents)));
    try {
      Files.createDirectories(file.getParent());
      SealedFile.write(file, scales, json);
    } catch (IOException | KgCoopException e) {
      return; // the next process checks again
    }
  }

  private static @Nullable Result read(Path file) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try {
      SealedFile.Content content = SealedFile.read(file, "result of a check");
      List<Agreement> agreements = new ArrayList<>();
      content
          .json()
          .path("agreements")
          .forEach(a -> agreements.add(new Agreement(number(a, "mean"), number(a, "least"))));
      Map<String, int[]> scales = new TreeMap<>();
      content.tensors().forEach((norm, stored) -> scales.put(norm, exponents(stored)));
      int used = content.json().path("used").asInt(-2); // of another kind of file
      return used < -1 || used >= agreements.size() ? null : new Result(used, agreements, scales);
    } catch (KgCoopException e) {
      return null; // damaged
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
    int[] exponents = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      exponents[i] = (int) values[i];
    }
    return exponents;
  }

  private static double number(JsonNode json, String key) {
    return json.path(key).asDouble(Double.NaN);
  }
}
