package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.CheckedPrecision;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Linear;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Checks int8 on models with imitated outliers. */
class OutliersTest {
  private static final ClipConfig SMALL =
      new ClipConfig(
          64, 32, 3, 77, 700, 16, 1, 1, Activation.QUICK_GELU, new ClipConfig.Vit(128, 6, 8, 2));
  private static final int IMAGES = 16;
  private static final Pattern FIGURES = Pattern.compile("(-?[0-9.]+) \\(least (-?[0-9.]+)\\)");

  private static Clip load(Outliers outliers, DType precision, List<String> lines) {
    return CheckedPrecision.load(
        outliers.model(SMALL),
        new Clip.Options(precision, Device.CPU, null, null),
        lines::add,
        lines::add);
  }

  /** Returns features of other images than those of the check, minus their mean: (N, E). */
  private static Tensor features(Clip clip) {
    Tensor pixels = Tensor.of(OnnxBench.images(SMALL, 100, IMAGES), IMAGES, 3, 32, 32);
    return clip.imageEncoder().features(pixels).to(DType.FLOAT32).unitRows();
  }

  private static double agreement(Clip exact, Clip checked) {
    try (Scope scope = Scope.open("agreement");
        Autograd.Switch off = Autograd.off()) {
      Tensor expected = features(exact);
      Tensor mean = expected.mean(0, true);
      Tensor a = expected.minus(mean).unitRows();
      Tensor b = features(checked).minus(mean).unitRows();
      return a.times(b).sum().item() / IMAGES;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aModelIsUsedInInt8OnlyIfItsFeaturesAgree(Outliers outliers) {
    assumeTrue(Linear.hasInt8(), "a build with int8 products");
    List<String> lines = new ArrayList<>();
    try (Clip exact = load(outliers, DType.FLOAT32, new ArrayList<>());
        Clip checked = load(outliers, DType.INT8, lines)) {
      String line =
          lines.stream()
              .filter(each -> each.startsWith("precision int8: the "))
              .findFirst()
              .orElseThrow();
      Matcher figures = FIGURES.matcher(line);
      assertThat(figures.find()).as(line).isTrue();
      boolean holds =
          Double.parseDouble(figures.group(1)) >= 0.99
              && Double.parseDouble(figures.group(2)) >= 0.97;
      if (checked.precision() == DType.INT8) {
        assertThat(holds).as(line).isTrue();
        assertThat(agreement(exact, checked)).as(line).isGreaterThan(0.985);
      } else {
        assertThat(holds).as(line).isFalse();
        assertThat(checked.precision()).as("bf16 fails too").isEqualTo(DType.FLOAT32);
        assertThat(line).contains("; expected 0.99 (least 0.97); choosing as with auto");
      }
      assertThat(checked.precision() == DType.INT8)
          .as(line)
          .isEqualTo(outliers != Outliers.SAME_CHANNELS);
    }
  }
}
