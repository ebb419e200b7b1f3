package org.kgcoop.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.method.Tcp;

/** A model that cannot be created leaves no native memory behind. */
class ContextModelTest {
  private static final int VECTORS = 80;
  private static final ContextSettings CONTEXT = ContextSettings.shared(VECTORS, "");
  private static final String TEMPLATE = "a {}.";

  /** Fits into the 100 tokens of the model with the template, but not behind the vectors. */
  private static final String LONG_NAME = "x ".repeat(40).strip();

  static List<PromptMethod> methods() {
    return List.of(
        new CoOp(CONTEXT),
        new KgCoOp(CONTEXT, TEMPLATE, 8, 0),
        new ProGrad(CONTEXT, TEMPLATE, 1, 1),
        new Tcp(VECTORS, 2, PromptText.pattern(VECTORS), 1, TEMPLATE, 8));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void textsThatDoNotFitLeaveNoTensors(PromptMethod method) {
    try (Clip clip = TinyClip.load()) {
      List<String> names = List.of("cat", LONG_NAME);
      assertRefused(method, clip, names); // stores the features of the template
      long before = Pointer.totalCount();
      assertRefused(method, clip, names);
      assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
    }
  }

  private static void assertRefused(PromptMethod method, Clip clip, List<String> names) {
    assertThatThrownBy(() -> method.model(clip, names, 1).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("tokens with its start and end; the model reads 100");
  }
}
