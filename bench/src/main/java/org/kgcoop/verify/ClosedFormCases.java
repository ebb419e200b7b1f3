package org.kgcoop.verify;

import static org.kgcoop.verify.ReferenceFolder.doubles;
import static org.kgcoop.verify.ReferenceFolder.ints;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.kgcoop.method.GaussianDiscriminant;
import org.kgcoop.method.GaussianLeaveOneOut;
import org.kgcoop.method.KernelRidge;
import org.kgcoop.method.LeaveOneOut;
import org.kgcoop.tensor.Tensor;

/** The cases of methods in closed form. Their inputs are features of images and texts. */
final class ClosedFormCases {
  private ClosedFormCases() {}

  static void gda(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Tensor texts = folder.tensor(c.path("texts").asText()).tensor();
    GaussianDiscriminant analysis = gda(folder, c, Math.toIntExact(texts.size(0)));
    GaussianDiscriminant.Linear head =
        c.path("precision").asText().equals("pooled")
            ? analysis.pooled()
            : analysis.meanOfCovariances();
    double scale = c.path("scale").asDouble();
    compare(folder, c, "weights", head.weights(), comparison);
    compare(folder, c, "bias", head.bias(), comparison);
    Tensor images = folder.tensor(c.path("images").asText()).tensor();
    compare(
        folder,
        c,
        "logits",
        head.logits(images, texts, scale, c.path("alpha").asDouble()),
        comparison);
    if (c.has("validation")) {
      JsonNode validation = c.path("validation");
      Tensor asked = folder.tensor(validation.path("images").asText()).tensor();
      double[] alphas = doubles(validation.path("alphas"));
      long[] correct = new long[alphas.length];
      for (int a = 0; a < alphas.length; a++) {
        correct[a] =
            LeaveOneOut.correct(
                head.logits(asked, texts, scale, alphas[a]), ints(validation.path("labels")));
      }
      comparison.equal("correct", boxed(correct), boxed(longs(validation.path("correct"))));
      comparison.equal(
          "alpha",
          GaussianDiscriminant.alpha(alphas, correct),
          validation.path("alpha").asDouble());
    }
  }

  private static GaussianDiscriminant gda(ReferenceFolder folder, JsonNode c, int classes) {
    return new GaussianDiscriminant(
        folder.tensor(c.path("features").asText()).tensor(), ints(c.path("labels")), classes);
  }

  static void gdaNew(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    int classes = Arrays.stream(ints(c.path("labels"))).max().orElseThrow() + 1;
    Tensor texts = folder.tensor(c.path("new_texts").asText()).tensor();
    GaussianDiscriminant.NewClasses found =
        gda(folder, c, classes)
            .newClasses(
                texts,
                c.path("neighbours").asInt(),
                c.path("copies").asInt(),
                c.path("precision").asText().equals("shared"));
    comparison.equal(
        "neighbours",
        found.neighbors(),
        StreamSupport.stream(c.path("expect").path("neighbours").spliterator(), false)
            .map(ReferenceFolder::integers)
            .toList());
    compare(folder, c, "weights", found.linear().weights(), comparison);
    compare(folder, c, "bias", found.linear().bias(), comparison);
    Tensor images = folder.tensor(c.path("images").asText()).tensor();
    compare(
        folder,
        c,
        "logits",
        found
            .linear()
            .logits(images, texts, c.path("scale").asDouble(), c.path("alpha").asDouble()),
        comparison);
  }

  static void gdaSearch(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    Tensor texts = folder.tensor(c.path("texts").asText()).tensor();
    GaussianDiscriminant analysis = gda(folder, c, Math.toIntExact(texts.size(0)));
    int[] groups = ints(c.path("groups"));
    double[] alphas = doubles(c.path("alphas"));
    GaussianLeaveOneOut leaveOneOut = new GaussianLeaveOneOut(analysis, groups);
    SortedMap<Integer, double[]> heldOut = leaveOneOut.logits();
    JsonNode expected = c.path("expect");
    comparison.equal(
        "scored", List.copyOf(heldOut.keySet()), ReferenceFolder.integers(expected.path("scored")));
    double scale = c.path("scale").asDouble();
    LeaveOneOut found = leaveOneOut.search(texts, scale, alphas, () -> {});
    alpha("first", found.firstBest(), alphas, expected, comparison);
    alpha("chosen", found.best(), alphas, expected, comparison);
    if (!heldOut.isEmpty()) {
      comparison.numbers(
          "leave_one_out",
          heldOut.values().stream().flatMapToDouble(Arrays::stream).toArray(),
          numbers(folder, expected.path("leave_one_out").asText()));
      comparison.equal("correct", boxed(found.correct()), boxed(longs(expected.path("correct"))));
      comparison.numbers(
          "losses",
          leaveOneOut.losses(texts, scale, alphas, () -> {}),
          doubles(expected.path("losses")));
    }
  }

  private static void alpha(
      String which, OptionalInt found, double[] alphas, JsonNode expected, Comparison comparison) {
    comparison.equal(
        which,
        found.isPresent() ? String.valueOf(alphas[found.getAsInt()]) : "null",
        expected.path(which).isNumber() ? String.valueOf(expected.path(which).asDouble()) : "null");
  }

  private static List<Long> boxed(long[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private static long[] longs(JsonNode array) {
    return Arrays.stream(ints(array)).asLongStream().toArray();
  }

  static void proker(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    double lambda = c.path("lambda").asDouble();
    KernelRidge ridge = ridge(folder, c, c.path("beta").asDouble());
    compare(folder, c, "coefficients", ridge.coefficients(lambda), comparison);
    Tensor images = folder.tensor(c.path("images").asText()).tensor();
    compare(
        folder,
        c,
        "logits",
        ridge.scores(images, lambda, weight(c).applyAsDouble(lambda)),
        comparison);
  }

  private static KernelRidge ridge(ReferenceFolder folder, JsonNode c, double beta) {
    return new KernelRidge(
        folder.tensor(c.path("features").asText()).tensor(),
        folder.tensor(c.path("texts").asText()).tensor(),
        ints(c.path("labels")),
        beta);
  }

  /** Returns the weight of a case, or lambda if the case has none. */
  private static DoubleUnaryOperator weight(JsonNode c) {
    return lambda -> c.path("weight").asDouble(lambda);
  }

  static void prokerSearch(ReferenceFolder folder, JsonNode c, Comparison comparison) {
    double[] betas = doubles(c.path("betas"));
    double[] lambdas = doubles(c.path("lambdas"));
    int[] groups = ints(c.path("groups"));
    LeaveOneOut found =
        KernelRidge.search(
            beta -> ridge(folder, c, beta),
            betas,
            lambdas,
            (ridge, lambda) ->
                ridge
                    .leaveOneOut(groups, lambda, weight(c).applyAsDouble(lambda))
                    .times(c.path("scale").asDouble()),
            ints(c.path("labels")));
    JsonNode expected = c.path("expect");
    comparison.numbers(
        "correct",
        Arrays.stream(found.correct()).asDoubleStream().toArray(),
        flat(expected.path("correct")));
    comparison.numbers("losses", found.losses(), flat(expected.path("losses")));
    chosen("first", found.firstBest(), betas, lambdas, expected, comparison);
    int best = chosen("chosen", found.best(), betas, lambdas, expected, comparison);
    double lambda = lambdas[best % lambdas.length];
    compare(
        folder,
        c,
        "leave_one_out",
        ridge(folder, c, betas[best / lambdas.length])
            .leaveOneOut(groups, lambda, weight(c).applyAsDouble(lambda)),
        comparison);
  }

  private static int chosen(
      String which,
      OptionalInt found,
      double[] betas,
      double[] lambdas,
      JsonNode expected,
      Comparison comparison) {
    int index = found.orElseThrow();
    comparison.equal(
        which + " beta",
        betas[index / lambdas.length],
        expected.path(which).path("beta").asDouble());
    comparison.equal(
        which + " lambda",
        lambdas[index % lambdas.length],
        expected.path(which).path("lambda").asDouble());
    return index;
  }

  private static double[] flat(JsonNode rows) {
    return StreamSupport.stream(rows.spliterator(), false)
        .flatMapToDouble(row -> Arrays.stream(doubles(row)))
        .toArray();
  }

  private static void compare(
      ReferenceFolder folder, JsonNode c, String key, Tensor actual, Comparison comparison) {
    comparison.numbers(
        key, actual.toDoubles(), numbers(folder, c.path("expect").path(key).asText()));
  }

  private static double[] numbers(ReferenceFolder folder, String name) {
    float[] values = folder.floats(name);
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).toArray();
  }
}
