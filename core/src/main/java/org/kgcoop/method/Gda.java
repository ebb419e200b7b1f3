package org.kgcoop.method;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.view.ViewStep.RandomResizedCrop;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.setting.Declaration;
import org.kgcoop.method.setting.Declaration.Need;
import org.kgcoop.method.setting.Kind;
import org.kgcoop.method.setting.Range;
import org.kgcoop.method.setting.Setting;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * GDA: zero-shot CLIP and Gaussians of the classes that share one covariance; nothing is trained.
 * Wang et al., "A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation", ICLR 2024; code:
 * mrflogs/ICLR24, {@code main_few_shots.py}.
 *
 * <pre>{@code
 * S = sum over rows of (f - m_y)(f - m_y)'       m_c the mean of the n_c rows of class c
 * P = E (S + tr(S) / (n - 1) I)^-1               a row is a view of an image; 0 where S is
 * w_c = P m_c,  b_c = log(1 / C) - m_c' P m_c / 2
 * logits = scale f . t_c + alpha (f . w_c + b_c),  alpha = weight (n - 1) / E
 * }</pre>
 *
 * <p>The weight stands before the log-density of a class: 0 is zero-shot CLIP, 1 the rule of Bayes.
 * It does not change its meaning with the number of shots, as alpha does. It is chosen by the most
 * correct predictions, of equal ones by the smallest cross-entropy: on the validation images, or on
 * the shots, each left out in turn with all of its views. Where each class has but one image there
 * is none to choose by: then views have the published alpha of one shot, 0.001, and a test view has
 * 0.
 *
 * <p>Differences to the published code: the scale is the model's own, not 100; on ImageNet that
 * chooses alpha by the labels of test images.
 *
 * @param templates of the class features
 * @param views random views of each image, published 10; 0 for the test view alone
 * @param crop of the views
 * @param weight of the Gaussians; empty where it is still to be chosen
 */
public record Gda(List<String> templates, int views, RandomResizedCrop crop, OptionalDouble weight)
    implements Method {
  public static final String ID = "gda";

  private static final Setting<Integer> VIEWS =
      Setting.whole("views", 10, Range.from(0, 1000), "Random views of each image, a row each")
          .in("views");

  private static final Setting<OptionalDouble> WEIGHT =
      Setting.of(
          "weight",
          Kind.numberOr("auto"),
          OptionalDouble.empty(),
          new Range<>("at least 0", weight -> weight.orElse(0) >= 0),
          "Weight of the log-density of a class; auto: by validation images or by the shots, each"
              + " left out in turn");

  public static final Declaration<Method> DECLARATION =
      Declaration.of(Gda.class, ID, "GDA")
          .says(
              "Zero-shot CLIP and Gaussians of the classes with one covariance; nothing is trained.",
              "logits = scale f . t_c + weight (n - 1) / E (f . P m_c - m_c' P m_c / 2);"
                  + " P = E (S + tr(S) / (n - 1) I)^-1")
          .published(
              "Wang et al., A Hard-to-Beat Baseline for Training-free CLIP-based Adaptation, ICLR"
                  + " 2024",
              "https://github.com/mrflogs/ICLR24")
          .needs(Need.TEXT_ENCODER, Need.VALIDATION_IMAGES)
          .setting(SharedSettings.TEMPLATES, Gda::templates)
          .setting(VIEWS, Gda::views)
          .setting(CacheSettings.CROP_SCALE, Gda::crop)
          .setting(WEIGHT, Gda::weight)
          .made(
              values ->
                  new Gda(
                      values.get(SharedSettings.TEMPLATES),
                      values.get(VIEWS),
                      values.get(CacheSettings.CROP_SCALE),
                      values.get(WEIGHT)));

  /** The weights that are tried. */
  static final List<Double> GRID =
      List.of(0.0, 1e-4, 3e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0);

  private static final double ALPHA_OF_ONE_SHOT = 0.001;
  private static final double EQUAL_LOSSES = 1e-9;

  public Gda {
    templates = new ZeroShot(templates).templates();
  }

  @Override
  public Declaration<Method> declaration() {
    return DECLARATION;
  }

  @Override
  public Optional<String> bound() {
    return Optional.of("a mean of each class");
  }

  @Override
  public Learned fit(Fitting fitting) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      LabelledViews images = fitting.views(views, CacheSettings.recipe(crop));
      Gaussians gaussians = new Gaussians(images, fitting.classNames().size());
      double found = weight.isPresent() ? weight.getAsDouble() : chosen(fitting, gaussians);
      Tensor factor = Tensor.scalar(gaussians.alpha(found));
      Map<String, StoredTensor> stored = new LinkedHashMap<>();
      stored.put("weight", StoredTensor.of("weight", gaussians.weights().times(factor)));
      stored.put("bias", StoredTensor.of("bias", gaussians.bias().times(factor)));
      Gda method = new Gda(templates, views, crop, OptionalDouble.of(found));
      return new Learned(method, fitting.classNames(), stored);
    }
  }

  private double chosen(Fitting fitting, Gaussians gaussians) {
    Tensor texts = new ZeroShot(templates).classFeatures(fitting.clip(), fitting.classNames());
    Tensor scaled = texts.times(fitting.clip().logitScale()).transpose(0, 1); // (E, C)
    Optional<LabelledFeatures> validation = fitting.validation();
    Scores scores = new Scores();
    String by = Search.FOLDS.id();
    if (validation.isPresent()) {
      by = Search.VALIDATION.id();
      Tensor asked = validation.get().features();
      double[][] densities =
          rows(asked.matmul(gaussians.weights().transpose(0, 1)).plus(gaussians.bias()));
      double[][] zeroShot = rows(asked.matmul(scaled));
      for (int i = 0; i < densities.length; i++) {
        scores.add(zeroShot[i], densities[i], gaussians.alpha(1), validation.get().labels().get(i));
      }
    } else {
      double[][] zeroShot = rows(gaussians.features.matmul(scaled.to(DType.FLOAT64)));
      for (int i = 0; i < gaussians.images; i++) {
        double[] @Nullable [] densities = gaussians.without(i);
        for (int v = 0; densities != null && v < gaussians.views; v++) {
          scores.add(
              zeroShot[v * gaussians.images + i],
              densities[v],
              gaussians.alphaWithout(),
              gaussians.labels[i]);
        }
      }
    }
    double best = scores.best();
    if (scores.count == 0) {
      by = Search.DEFAULT;
      best = gaussians.views == 1 ? 0 : ALPHA_OF_ONE_SHOT / gaussians.alpha(1);
    }
    fitting.chosen("weight", best);
    fitting.chosen(Search.BY, by);
    return best;
  }

  /** The quality of each weight of the grid. */
  private static final class Scores {
    private final long[] correct = new long[GRID.size()];
    private final double[] losses = new double[GRID.size()];
    private int count;

    /** Adds an image, whose logits are {@code zeroShot + weight alpha density}. */
    void add(double[] zeroShot, double[] density, double alpha, int label) {
      count++;
      for (int w = 0; w < GRID.size(); w++) {
        double factor = GRID.get(w) * alpha;
        double most = Double.NEGATIVE_INFINITY;
        int predicted = 0;
        for (int c = 0; c < density.length; c++) {
          double logit = zeroShot[c] + factor * density[c];
          if (logit > most) {
            most = logit;
            predicted = c;
          }
        }
        double sum = 0;
        for (int c = 0; c < density.length; c++) {
          sum += Math.exp(zeroShot[c] + factor * density[c] - most);
        }
        correct[w] += predicted == label ? 1 : 0;
        losses[w] += most + Math.log(sum) - zeroShot[label] - factor * density[label];
      }
    }

    double best() {
      int best = 0;
      for (int w = 1; w < GRID.size(); w++) {
        boolean smaller = losses[w] < losses[best] - EQUAL_LOSSES * count;
        if (correct[w] > correct[best] || (correct[w] == correct[best] && smaller)) {
          best = w;
        }
      }
      return GRID.get(best);
    }
  }

  /** The Gaussians of rows, in double; S is kept as its eigenvectors and their values. */
  static final class Gaussians {
    private final int images;
    private final int views;
    private final int[] labels; // of the images
    private final int[] counts; // rows of each class
    private final Tensor features; // (n, E)
    private final Tensor vectors; // (E, E)
    private final double[] values; // (E)
    private final double[][] means; // (C, E), by eigenvectors
    private final double[][] centred; // (n, E), by eigenvectors
    private final double trace;

    Gaussians(LabelledViews given, int classes) {
      views = (int) given.features().size(0);
      images = (int) given.features().size(1);
      labels = given.labels().stream().mapToInt(Integer::intValue).toArray();
      counts = new int[classes];
      int width = (int) given.features().size(2);
      features = given.features().reshape(-1, width).unitRows().to(DType.FLOAT64);
      double[][] f = rows(features);
      double[][] mean = new double[classes][width];
      for (int row = 0; row < f.length; row++) {
        counts[label(row)]++;
        add(mean[label(row)], f[row], 1);
      }
      for (int c = 0; c < classes; c++) {
        if (counts[c] == 0) {
          throw KgCoopException.data(
              "GDA: class %s has no image; each class needs at least one".formatted(c));
        }
        add(mean[c], mean[c], 1.0 / counts[c] - 1);
      }
      for (int row = 0; row < f.length; row++) {
        add(f[row], mean[label(row)], -1);
      }
      Tensor x = tensor(f);
      Functions.Eigen eigen = Functions.eigen(x.transpose(0, 1).matmul(x));
      vectors = eigen.vectors();
      values = rows(eigen.values().reshape(1, -1))[0];
      means = rows(tensor(mean).matmul(vectors));
      centred = rows(x.matmul(vectors));
      trace = IntStream.range(0, f.length).mapToDouble(row -> dot(f[row], f[row])).sum();
    }

    private int label(int row) {
      return labels[row % images];
    }

    private int width() {
      return values.length;
    }

    /** Alpha for a weight: {@code weight (n - 1) / E}. */
    double alpha(double weight) {
      return weight * (images * views - 1) / width();
    }

    /** Alpha for a weight of 1 where an image is left out. */
    private double alphaWithout() {
      return (double) ((images - 1) * views - 1) / width();
    }

    /** The diagonal of {@code (S + ridge I)^-1}; 0 where nothing is left of S. */
    private double[] inverse(double ridge) {
      double[] inverse = new double[width()];
      for (int e = 0; e < inverse.length && ridge > 1e-12 * trace; e++) {
        inverse[e] = 1 / (Math.max(0, values[e]) + ridge);
      }
      return inverse;
    }

    private double[][] scaledMeans() {
      double[] inverse = inverse(trace / Math.max(1, images * views - 1));
      double[][] scaled = new double[means.length][width()];
      for (int c = 0; c < scaled.length; c++) {
        for (int e = 0; e < width(); e++) {
          scaled[c][e] = width() * inverse[e] * means[c][e];
        }
      }
      return scaled;
    }

    /** w, (C, E), float32. */
    Tensor weights() {
      return tensor(scaledMeans()).matmul(vectors.transpose(0, 1)).to(DType.FLOAT32);
    }

    /** b, (C), float32. */
    Tensor bias() {
      double[][] scaled = scaledMeans();
      float[] bias = new float[scaled.length];
      for (int c = 0; c < bias.length; c++) {
        bias[c] = (float) (-Math.log(bias.length) - dot(means[c], scaled[c]) / 2);
      }
      return Tensor.of(bias, bias.length);
    }

    /**
     * The log-densities of an image's rows without that image, {@code f . w_c + b_c}: (V, C). Null
     * where its class would be empty.
     *
     * <p>What the image has added to S is U'U, where U has its rows x and their sum over the root
     * of the rows that its class keeps. {@code (A - U'U)^-1 = A^-1 + A^-1 U' (I - U A^-1 U')^-1 U
     * A^-1}, and A is diagonal.
     */
    double[] @Nullable [] without(int image) {
      int label = labels[image];
      int kept = counts[label] - views;
      if (kept == 0) {
        return null;
      }
      double[][] u = new double[views + 1][width()];
      double[] sum = u[views];
      for (int v = 0; v < views; v++) {
        u[v] = centred[v * images + image];
        add(sum, u[v], 1);
      }
      double[] mean = means[label].clone();
      add(mean, sum, -1.0 / kept);
      add(sum, sum, 1 / Math.sqrt(kept) - 1);
      double left = trace;
      for (double[] row : u) {
        left -= dot(row, row);
      }
      double[] inverse = inverse(left / Math.max(1, (images - 1) * views - 1));
      double[][] scaled = new double[views + 1][width()]; // U A^-1
      double[][] inner = new double[views + 1][views + 1]; // I - U A^-1 U'
      for (int i = 0; i <= views; i++) {
        for (int e = 0; e < width(); e++) {
          scaled[i][e] = u[i][e] * inverse[e];
        }
        for (int j = 0; j <= views; j++) {
          inner[i][j] = (i == j ? 1 : 0) - dot(scaled[i], u[j]);
        }
      }
      double[][] solved = inverted(inner);
      double[][] asked = new double[views][];
      double[][] askedInner = new double[views][];
      for (int v = 0; v < views; v++) {
        asked[v] = centred[v * images + image].clone();
        add(asked[v], means[label], 1);
        askedInner[v] = products(solved, products(scaled, asked[v]));
      }
      double[][] densities = new double[views][means.length];
      for (int c = 0; c < means.length; c++) {
        double[] m = c == label ? mean : means[c];
        double[] own = products(scaled, m);
        double[] plain = new double[width()];
        for (int e = 0; e < width(); e++) {
          plain[e] = inverse[e] * m[e];
        }
        double norm = dot(plain, m) + dot(own, products(solved, own));
        for (int v = 0; v < views; v++) {
          double product = dot(plain, asked[v]) + dot(own, askedInner[v]);
          densities[v][c] = width() * (product - norm / 2) - Math.log(means.length);
        }
      }
      return densities;
    }
  }

  /** Adds a multiple of a vector, which may be the same. */
  private static void add(double[] to, double[] vector, double factor) {
    for (int e = 0; e < to.length; e++) {
      to[e] += factor * vector[e];
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int e = 0; e < a.length; e++) {
      sum += a[e] * b[e];
    }
    return sum;
  }

  private static double[] products(double[][] matrix, double[] vector) {
    double[] products = new double[matrix.length];
    for (int i = 0; i < matrix.length; i++) {
      products[i] = dot(matrix[i], vector);
    }
    return products;
  }

  /** The inverse of a small symmetric positive matrix, by Gauss and Jordan. */
  private static double[][] inverted(double[][] matrix) {
    int size = matrix.length;
    double[][] inverse = new double[size][size];
    for (int i = 0; i < size; i++) {
      inverse[i][i] = 1;
    }
    for (int pivot = 0; pivot < size; pivot++) {
      double factor = 1 / matrix[pivot][pivot] - 1;
      add(inverse[pivot], inverse[pivot], factor);
      add(matrix[pivot], matrix[pivot], factor);
      for (int i = 0; i < size; i++) {
        if (i != pivot) {
          double other = -matrix[i][pivot];
          add(inverse[i], inverse[pivot], other);
          add(matrix[i], matrix[pivot], other);
        }
      }
    }
    return inverse;
  }

  /** The rows of a matrix, as doubles. */
  private static double[][] rows(Tensor matrix) {
    byte[] bytes = matrix.to(DType.FLOAT64).toBytes();
    double[][] rows = new double[(int) matrix.size(0)][(int) matrix.size(1)];
    var doubles = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    for (double[] row : rows) {
      doubles.get(row);
    }
    return rows;
  }

  /** A matrix of rows, float64. */
  private static Tensor tensor(double[][] rows) {
    ByteBuffer bytes =
        ByteBuffer.allocate(rows.length * rows[0].length * Double.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double[] row : rows) {
      for (double value : row) {
        bytes.putDouble(value);
      }
    }
    return Tensor.of(bytes.flip(), DType.FLOAT64, rows.length, rows[0].length);
  }

  /** The Gaussians and the texts are one matrix. */
  @Override
  public FeatureClassifier classifier(Clip clip, Learned learned, List<String> classNames) {
    try (Scope scope = Scope.open("GDA");
        Autograd.Switch off = Autograd.off()) {
      Tensor texts = new ZeroShot(templates).classFeatures(clip, classNames);
      Tensor weights = learned.value("weight", texts.shape()).to(clip.device());
      Tensor bias = learned.value("bias", texts.size(0)).to(clip.device());
      return LinearProbe.of(weights.plus(texts.times(clip.logitScale())), bias);
    }
  }
}
