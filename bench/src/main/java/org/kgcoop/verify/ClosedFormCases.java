package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.kgcoop.method.GaussianDiscriminant;
import org.kgcoop.method.GaussianLeaveOneOut;
import org.kgcoop.method.KernelRidge;
import org.kgcoop.method.LeaveOneOut;
import org.kgcoop.tensor.Tensor;

/** The cases of methods in closed form. Their inputs are features of images and texts. */
final class ClosedFormCases {
  private ClosedFormCases() {}

  static void gda(ReferenceCase c) {
    Tensor texts = c.tensor("texts");
    GaussianDiscriminant analysis = gda(c, Math.toIntExact(texts.size(0)));
    GaussianDiscriminant.Linear head =
        c.text("precision").equals("pooled") ? analysis.pooled() : analysis.meanOfCovariances();
    double scale = c.number("scale");
    compare(c, "weights", head.weights());
    compare(c, "bias", head.bias());
    compare(c, "logits", head.logits(c.tensor("images"), texts, scale, c.number("alpha")));
    if (c.has("validation")) {
      ReferenceCase validation = c.at("validation");
      Tensor asked = validation.tensor("images");
      int[] labels = validation.ints("labels");
      double[] alphas = validation.doubles("alphas");
      long[] correct = new long[alphas.length];
      for (int a = 0; a < alphas.length; a++) {
        long[] found = head.logits(asked, texts, scale, alphas[a]).argmax(1).toLongs();
        correct[a] = IntStream.range(0, labels.length).filter(i -> found[i] == labels[i]).count();
      }
      validation.counts("correct", correct);
      validation.exact("alpha", GaussianDiscriminant.alpha(alphas, correct));
    }
  }

  private static GaussianDiscriminant gda(ReferenceCase c, int classes) {
    return new GaussianDiscriminant(c.tensor("features"), c.ints("labels"), classes);
  }

  static void gdaNew(ReferenceCase c) {
    int classes = Arrays.stream(c.ints("labels")).max().orElseThrow() + 1;
    Tensor texts = c.tensor("new_texts");
    GaussianDiscriminant.NewClasses found =
        gda(c, classes)
            .newClasses(
                texts,
                c.whole("neighbours"),
                c.whole("copies"),
                c.text("precision").equals("shared"));
    c.expect().pairs("neighbours", found.neighbors());
    GaussianDiscriminant.Linear head = found.linear();
    compare(c, "weights", head.weights());
    compare(c, "bias", head.bias());
    Tensor images = c.tensor("images");
    compare(c, "logits", head.logits(images, texts, c.number("scale"), c.number("alpha")));
  }

  static void gdaSearch(ReferenceCase c) {
    Tensor texts = c.tensor("texts");
    GaussianDiscriminant analysis = gda(c, Math.toIntExact(texts.size(0)));
    double[] alphas = c.doubles("alphas");
    double scale = c.number("scale");
    GaussianLeaveOneOut leaveOneOut = new GaussianLeaveOneOut(analysis, c.ints("groups"));
    SortedMap<Integer, double[]> heldOut = leaveOneOut.logits();
    ReferenceCase expected = c.expect();
    expected.integers("scored", List.copyOf(heldOut.keySet()));
    LeaveOneOut found = leaveOneOut.search(texts, scale, alphas, () -> {});
    alpha("first", found.firstBest(), alphas, expected);
    alpha("chosen", found.best(), alphas, expected);
    if (!heldOut.isEmpty()) {
      expected.stored(
          "leave_one_out", heldOut.values().stream().flatMapToDouble(Arrays::stream).toArray());
      expected.counts("correct", found.correct());
      expected.numbers("losses", leaveOneOut.losses(texts, scale, alphas, () -> {}));
    }
  }

  private static void alpha(
      String which, OptionalInt found, double[] alphas, ReferenceCase expected) {
    String alpha = found.isPresent() ? String.valueOf(alphas[found.getAsInt()]) : "null";
    boolean isNumber = expected.path(which).isNumber();
    expected
        .comparison()
        .equal(which, alpha, isNumber ? String.valueOf(expected.number(which)) : "null");
  }

  static void proker(ReferenceCase c) {
    double lambda = c.number("lambda");
    KernelRidge ridge = ridge(c, c.number("beta"));
    compare(c, "coefficients", ridge.coefficients(lambda));
    double weight = weight(c).applyAsDouble(lambda);
    compare(c, "logits", ridge.scores(c.tensor("images"), lambda, weight));
  }

  private static KernelRidge ridge(ReferenceCase c, double beta) {
    return new KernelRidge(c.tensor("features"), c.tensor("texts"), c.ints("labels"), beta);
  }

  /** Returns the weight of a case, or lambda if the case has none. */
  private static DoubleUnaryOperator weight(ReferenceCase c) {
    return lambda -> c.path("weight").asDouble(lambda);
  }

  static void prokerSearch(ReferenceCase c) {
    double[] betas = c.doubles("betas");
    double[] lambdas = c.doubles("lambdas");
    int[] groups = c.ints("groups");
    LeaveOneOut found =
        KernelRidge.search(
            c.tensor("features"),
            c.tensor("texts"),
            c.ints("labels"),
            groups,
            betas,
            lambdas,
            weight(c),
            c.number("scale"));
    ReferenceCase expected = c.expect();
    expected.rows("correct", Arrays.stream(found.correct()).asDoubleStream().toArray());
    expected.rows("losses", found.losses());
    chosen(found.firstBest(), betas, lambdas, expected.at("first"));
    chosen(found.best(), betas, lambdas, expected.at("chosen"));
    int best = found.best().orElseThrow();
    double lambda = lambdas[best % lambdas.length];
    KernelRidge ridge = ridge(c, betas[best / lambdas.length]);
    double weight = weight(c).applyAsDouble(lambda);
    compare(c, "leave_one_out", ridge.leaveOneOut(groups, lambda, weight));
  }

  private static void chosen(
      OptionalInt found, double[] betas, double[] lambdas, ReferenceCase expected) {
    int index = found.orElseThrow();
    expected.exact("beta", betas[index / lambdas.length]);
    expected.exact("lambda", lambdas[index % lambdas.length]);
  }

  private static void compare(ReferenceCase c, String key, Tensor actual) {
    c.expect().stored(key, actual.toDoubles());
  }
}
