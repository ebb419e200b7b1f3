package org.kgcoop.method;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.kgcoop.model.SegmentSum;
import org.kgcoop.model.Step;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Optimizer;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.UpdateRule;

/**
 * The training of {@link LpPlusPlus}: all images in each step, at rates that follow from the
 * features. With F (N, E) the unit image features, T (C, E) the unit class features and y the
 * labels:
 *
 * <pre>
 * logits  = F W' + b + alpha * (F T')            alpha (1, C), along the classes
 * W, b    SGD with momentum 0.9, rate 4 N / lambda_max(F' F)
 * alpha   after every 10th step, rate N / (4 max_k sum_i (f_i t_k)^2)
 * start   W_k = N / C times the mean of the class, alpha_k = 250 mean_c mean_{i in c} f_i t_c
 * </pre>
 *
 * <p>The published start of W_k is the sum over the class, which is the same where all classes have
 * equally many images, and its code takes no others: with sums a class of many images would win at
 * the start whatever the image.
 */
public final class LpDescent implements AutoCloseable {
  private static final double MOMENTUM = 0.9;
  private static final double START_OF_ALPHA = 250;

  /** Steps from one step of alpha to the next. */
  private static final int ALPHA_EVERY = 10;

  private final Tensor features; // (N, E)
  private final Tensor labels; // (N)
  private final Tensor texts; // (C, E)
  private final Tensor weight; // (C, E)
  private final Tensor bias; // (C)
  private final Tensor alpha; // (1, C)
  private final Tensor sum; // of alpha's gradients since the start, (1, C)
  private final boolean sums;
  private final Rates rates;
  private final Optimizer optimizer;
  private int steps;

  /**
   * The rates, and the start of alpha.
   *
   * @param weight of W and b
   */
  public record Rates(double weight, double alpha, double initialAlpha) {}

  /**
   * A descent at its start.
   *
   * @param features F, of the scope of the caller, which must outlive this
   * @param labels of the rows
   * @param texts T, likewise
   * @param bias the start of b
   * @param sumsGradients true if a step of alpha goes by all its gradients since the start, as
   *     published; false for the last alone
   */
  public LpDescent(
      Tensor features, int[] labels, Tensor texts, Tensor bias, boolean sumsGradients) {
    this.features = features;
    this.texts = texts;
    this.sums = sumsGradients;
    int classes = Math.toIntExact(texts.size(0));
    long[] longs = IntStream.of(labels).asLongStream().toArray();
    try (Scope scope = Scope.open("LP++");
        Autograd.Switch off = Autograd.off()) {
      this.labels = Tensor.of(longs, longs.length).to(features.device()).keep();
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

  /** The mean feature of each class, 0 where it has no image: (C, E). */
  private static Tensor means(Tensor features, int[] labels, int classes) {
    SegmentSum sums = new SegmentSum(labels, classes);
    float[] counts = new float[classes];
    for (int label : labels) {
      counts[label]++;
    }
    for (int c = 0; c < classes; c++) {
      counts[c] = Math.max(1, counts[c]);
    }
    Tensor all = sums.weighted(sums.put(features).transpose(0, 1)).transpose(0, 1);
    return all.dividedBy(Tensor.of(counts, classes, 1).to(features.device()));
  }

  private static Rates rates(Tensor features, Tensor texts, Tensor means, int[] labels) {
    double count = labels.length;
    float[] eigenvalues =
        Functions.eigenvalues(features.transpose(0, 1).matmul(features)).toFloats();
    Tensor products = features.matmul(texts.transpose(0, 1)); // (N, C)
    double most = 0;
    for (float squares : products.times(products).sum(0).toFloats()) {
      most = Math.max(most, squares);
    }
    float[] ofClasses = means.times(texts).sum(1).toFloats();
    int[] present = IntStream.of(labels).distinct().toArray();
    double mean = IntStream.of(present).mapToDouble(c -> ofClasses[c]).average().orElse(0);
    return new Rates(
        4 * count / eigenvalues[eigenvalues.length - 1], count / (4 * most), START_OF_ALPHA * mean);
  }

  public Rates rates() {
    return rates;
  }

  /** W, b and alpha as they are now, under their published names. */
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put("weight", weight);
    parameters.put("bias", bias);
    parameters.put("alpha_vec", alpha);
    return parameters;
  }

  /** The scores of images: (B, C). */
  public Tensor logits(Tensor ofImages) {
    Tensor zeroShot = ofImages.matmul(texts.transpose(0, 1));
    return Functions.linear(ofImages, weight, bias).plus(zeroShot.times(alpha));
  }

  /** Makes a step by all images, and tells the loss and the gradients before it. */
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
