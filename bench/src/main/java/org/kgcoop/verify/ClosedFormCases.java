package org.kgcoop.verify;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.method.GaussianDiscriminant;
import org.kgcoop.method.GaussianLeaveOneOut;
import org.kgcoop.method.KernelRidge;
import org.kgcoop.method.LeaveOneOut;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Tensor;

/** The cases of methods in closed form. Their inputs are features of images and texts. */
final class ClosedFormCases {
  private ClosedFormCases() {}

  static void gda(Case c) {
    Tensor texts = c.tensor("texts");
    GaussianDiscriminant analysis = analysis(c, Math.toIntExact(texts.size(0)));
    GaussianDiscriminant.LogDensities head =
        c.text("precision").equals("pooled") ? analysis.pooled() : analysis.meanOfCovariances();
    compare(c, head, texts);
    if (c.has("validation")) {
      Case validation = c.at("validation");
      Tensor asked = validation.tensor("images");
      int[] labels = validation.ints("labels");
      double[] alphas = validation.numbers("alphas");
      long[] correct = new long[alphas.length];
      for (int a = 0; a < alphas.length; a++) {
        long[] found = head.logits(asked, texts, c.number("scale"), alphas[a]).argmax(1).toLongs();
        correct[a] = IntStream.range(0, labels.length).filter(i -> found[i] == labels[i]).count();
      }
      validation.equal("correct", correct);
      validation.equal("alpha", GaussianDiscriminant.alpha(alphas, correct));
    }
  }

  private static GaussianDiscriminant analysis(Case c, int classes) {
    return new GaussianDiscriminant(c.tensor("features"), c.ints("labels"), classes);
  }

  private static void compare(Case c, GaussianDiscriminant.LogDensities head, Tensor texts) {
    Tensor logits = head.logits(c.tensor("images"), texts, c.number("scale"), c.number("alpha"));
    c.expect().compare("weights", head.weights().toDoubles());
    c.expect().compare("bias", head.bias().toDoubles());
    c.expect().compare("logits", logits.toDoubles());
  }

  static void gdaNew(Case c) {
    int classes = Arrays.stream(c.ints("labels")).max().orElseThrow() + 1;
    Tensor texts = c.tensor("new_texts");
    GaussianDiscriminant gaussians = analysis(c, classes);
    Tensor exact = texts.to(DType.FLOAT64);
    int count = c.integer("neighbours");
    List<List<Integer>> neighbors =
        LongStream.range(0, exact.size(0))
            .mapToObj(row -> gaussians.nearest(exact.narrow(0, row, 1), count))
            .map(rows -> Arrays.stream(rows).boxed().toList())
            .toList();
    c.expect().equal("neighbours", neighbors);
    boolean isShared = c.text("precision").equals("shared");
    compare(c, gaussians.newClasses(texts, count, c.integer("copies"), isShared), texts);
  }

  static void gdaSearch(Case c) {
    Tensor texts = c.tensor("texts");
    double[] alphas = c.numbers("alphas");
    GaussianLeaveOneOut leaveOneOut =
        new GaussianLeaveOneOut(analysis(c, Math.toIntExact(texts.size(0))), c.ints("groups"));
    SortedMap<Integer, double[]> heldOut = leaveOneOut.logits();
    Case expected = c.expect();
    expected.equal("scored", List.copyOf(heldOut.keySet()));
    LeaveOneOut found = leaveOneOut.search(texts, c.number("scale"), alphas, () -> {});
    expected.equal("first", at(alphas, found.firstBest()));
    expected.equal("chosen", at(alphas, found.best()));
    if (!heldOut.isEmpty()) {
      expected.compare(
          "leave_one_out", heldOut.values().stream().flatMapToDouble(Arrays::stream).toArray());
      expected.equal("correct", found.correct());
      expected.compare("losses", leaveOneOut.losses(texts, c.number("scale"), alphas, () -> {}));
    }
  }

  private static @Nullable Double at(double[] values, OptionalInt place) {
    return place.isPresent() ? values[place.getAsInt()] : null;
  }

  static void proker(Case c) {
    double lambda = c.number("lambda");
    KernelRidge ridge = ridge(c, c.number("beta"));
    Tensor logits = ridge.scores(c.tensor("images"), lambda, weight(c).applyAsDouble(lambda));
    c.expect().compare("coefficients", ridge.coefficients(lambda).toDoubles());
    c.expect().compare("logits", logits.toDoubles());
  }

  private static KernelRidge ridge(Case c, double beta) {
    return new KernelRidge(c.tensor("features"), c.tensor("texts"), c.ints("labels"), beta);
  }

  /** Returns the weight of a case, or lambda if the case has none. */
  private static DoubleUnaryOperator weight(Case c) {
    return lambda -> c.has("weight") ? c.number("weight") : lambda;
  }

  static void prokerSearch(Case c) {
    double[] betas = c.numbers("betas");
    double[] lambdas = c.numbers("lambdas");
    int[] groups = c.ints("groups");
    LeaveOneOut found =
        KernelRidge.search(
            beta -> ridge(c, beta),
            betas,
            lambdas,
            (ridge, lambda) ->
                ridge
                    .leaveOneOut(groups, lambda, weight(c).applyAsDouble(lambda))
                    .times(c.number("scale")),
            c.ints("labels"));
    Case expected = c.expect();
    expected.compare("correct", Arrays.stream(found.correct()).asDoubleStream().toArray());
    expected.compare("losses", found.losses());
    int first = found.firstBest().orElseThrow();
    int best = found.best().orElseThrow();
    double lambda = lambdas[best % lambdas.length];
    expected.at("first").equal("beta", betas[first / lambdas.length]);
    expected.at("first").equal("lambda", lambdas[first % lambdas.length]);
    expected.at("chosen").equal("beta", betas[best / lambdas.length]);
    expected.at("chosen").equal("lambda", lambda);
    Tensor leftOut =
        ridge(c, betas[best / lambdas.length])
            .leaveOneOut(groups, lambda, weight(c).applyAsDouble(lambda));
    expected.compare("leave_one_out", leftOut.toDoubles());
  }
}
