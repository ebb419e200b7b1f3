package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.fixtures.FixedFitting;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class GapTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "owl");
  private static final List<Integer> LABELS = List.of(0, 1, 1, 0, 1);
  private static final Gap GAP = new Gap(List.of(Templates.DEFAULT));

  private static Clip clip;

  @BeforeAll
  static void load() {
    clip = TinyClip.load();
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  private static double[][] matrix(Tensor rows) {
    double[] flat = rows.toDoubles();
    int width = (int) rows.size(1);
    return IntStream.range(0, flat.length / width)
        .mapToObj(i -> Arrays.copyOfRange(flat, i * width, (i + 1) * width))
        .toArray(double[][]::new);
  }

  @Test
  void givesTheProbabilitiesOfTheHeadOfLabeling() {
    try (Scope scope = Scope.open("test")) {
      int width = clip.config().embedDim();
      FixedFitting context = new FixedFitting(clip, CLASSES, 1, LABELS);
      Tensor images = context.train().features();
      Tensor others = TinyClip.normal(4, 1, 6, width).unitRows();
      FittedMethod fitted = GAP.fit(context);
      Tensor texts = new ZeroShot(GAP.templates()).classFeatures(clip, CLASSES);
      try (GapHead expected =
              new GapHead(
                  others.copy(), matrix(texts), clip.logitScale(), GapHead.distance(images));
          Head head = fitted.classifier(clip, CLASSES)) {
        int[] labels = LABELS.stream().mapToInt(Integer::intValue).toArray();
        double[][] p = expected.fit(matrix(images), labels).probabilities();
        double[][] actual = matrix(head.probabilities(others));
        for (int i = 0; i < p.length; i++) {
          assertThat(actual[i])
              .containsExactly(Arrays.copyOf(p[i], CLASSES.size()), Offset.offset(1e-5));
        }
        // A part of the classes keeps its logits.
        FixedHead part =
            head.fixed().orElseThrow().select(Tensor.of(new long[] {2, 0}, 2)).times(0.5);
        double[][] all = matrix(head.logits(others));
        double[][] some = matrix(part.logits(others));
        assertThat(part.classes()).isEqualTo(2);
        assertThat(some[1][0]).isCloseTo(all[1][2] / 2, Offset.offset(1e-5));
        assertThat(some[1][1]).isCloseTo(all[1][0] / 2, Offset.offset(1e-5));
      }
    }
  }
}
