package org.kgcoop.method;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.model.SegmentSum;
import org.kgcoop.model.Step;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/**
 * Training of {@link LpPlusPlus}. Each step uses all images, and the learning rates follow from the
 * features. F (N, E) are the unit image features, T (C, E) the unit class features, and y the
 * labels:
 *
 * <pre>
 * logits  = F W' + b + alpha * (F T')            alpha (1, C), along the classes
 * W, b    SGD with momentum 0.9, rate 4 N / lambda_max(F' F)
 * alpha   after every 10th step, rate N / (4 max_k sum_i (f_i t_k)^2)
 * start   W_k = N / C times the mean of the class, alpha_k = 250 mean_c mean_{i in c} f_i t_c
 * </pre>
 *
 * <p>The published initial value of W_k is the sum over the class. It equals this value if all
 * classes have the same number of images, which the published code requires. With sums, a class
 * with many images would initially win for every image.
 */
public final class LpDescent implements AutoCloseable {
  private static final double MOMENTUM = 0.9;
  private static final double START_OF_ALPHA = 250;

  /** Number of steps between two steps of alpha. */
  private static final int ALPHA_EVERY = 10;

  private final Tensor features; // (N, E)
  private final Tensor labels; // (N)
  private final Tensor texts; // (C, E)
  private final Tensor weight; // (C, E)
  private final Tensor bias; // (C)
  private final Tensor alpha; // (1, C)
  private final Tensor sum; // sum of the gradients of alpha since the start, (1, C)
  private final boolean sums;
  private final Rates rates;
  private final Optimizer optimizer;
  private int steps;

  /**
   * Learning rates, and the initial value of alpha.
   *
   * @param weight the rate of W and b
   * @param alpha the rate of alpha
   * @param initialAlpha the initial value of alpha
   */
  public record Rates(double weight, double alpha, double initialAlpha) {}

  /**
   * Creates the initial state.
   *
   * @param features F, in the scope of the caller, which must outlive this object
   * @param labels the labels of the rows
   * @param texts T, in the scope of the caller, which must outlive this object
   * @param bias the initial value of b
   * @param sumsGradients true if a step of alpha uses the sum of all its gradients since the start,
   *     as published; false if it uses only the last gradient
   */
  public LpDescent(
      Tensor features, int[] labels, Tensor texts, Tensor bias, boolean sumsGradients) {
    this.features = features;
    this.texts = texts;
    this.sums = sumsGradients;
    int classes = Math.toIntExact(texts.size(0));
    try (Scope scope = Scope.open("LP++");
        Autograd.Switch off = Autograd.off()) {
      this.labels = Tensor.indices(labels).to(features.device()).keep();
      Tensor means = means(features, labels, classes);
      rates = rates(features, texts, means, labels);
      weight = means.times((double) labels.length / classes).parameter().keep();
      this.bias = bias.to(features.device()).parameter().keep();
      Tensor start = Tensor.full(rates.initialAlpha, 1, classes).to(features.device());
      alpha = start.parameter().keep();
      sum = start.times(0).keep();
    }
    optimizer = new Optimizer(List.of(weight, this.bias), new UpdateRule.Sgd(MOMENTUM, 0));
  }

  /** Returns the mean feature of each class, (C, E). It is 0 for a class without images. */
  private static Tensor means(Tensor features, int[] labels, int classes) {
    SegmentSum sums = new SegmentSum(labels, classes);
    double[] counts = new double[classes];
    for (int label : labels) {
      counts[label]++;
    }
    double[] divisors = Arrays.stream(counts).map(count -> Math.max(1, count)).toArray();
    Tensor all = sums.weighted(sums.sortByClass(features).transpose(0, 1)).transpose(0, 1);
    return all.dividedBy(Tensor.of(divisors, classes, 1).to(DType.FLOAT32).to(features.device()));
  }

  private static Rates rates(Tensor features, Tensor texts, Tensor means, int[] labels) {
    double count = labels.length;
    float[] eigenvalues =
        Functions.eigenvalues(features.transpose(0, 1).matmul(features)).toFloats();
    Tensor products = features.matmul(texts.transpose(0, 1)); // (N, C)
    double most = Arrays.stream(products.times(products).sum(0).toDoubles()).max().orElse(0);
    float[] classCosines = means.times(texts).sum(1).toFloats();
    int[] present = IntStream.of(labels).distinct().toArray();
    double mean = IntStream.of(present).mapToDouble(c -> classCosines[c]).average().orElse(0);
    return new Rates(
        4 * count / eigenvalues[eigenvalues.length - 1], count / (4 * most), START_OF_ALPHA * mean);
  }

  public Rates rates() {
    return rates;
  }

  /** Returns the current values of W, b and alpha under their published names. */
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    parameters.put("alpha_vec", alpha);
    return parameters;
  }

  /** Computes the logits of images, (B, C). */
  public Tensor logits(Tensor features) {
    Tensor zeroShot = features.matmul(texts.transpose(0, 1));
    return Functions.linear(features, weight, bias).plus(zeroShot.times(alpha));
  }

  /** Makes a step with all images. Returns the loss and the gradients before the step. */
  @CanIgnoreReturnValue
  public Step step() {
    Tensor loss = Functions.crossEntropy(logits(features), labels);
    List<Tensor> gradients = Autograd.gradients(loss, List.of(weight, bias, alpha), false);
    optimizer.step(gradients.subList(0, 2), rates.weight);
    steps++;
    try (Autograd.Switch off = Autograd.off()) {
      Tensor last = gradients.get(2);
      sum.copy_(sums ? sum.plus(last) : last);
      if (steps % ALPHA_EVERY == 0) {
        alpha.add_(sum.times(-rates.alpha));
      }
    }
    return new Step(Map.of("loss", loss.item()), gradients);
  }

  @Override
  public void close() {
    optimizer.close();
    List.of(labels, weight, bias, alpha, sum).forEach(Tensor::close);
  }
}
