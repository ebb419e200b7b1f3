package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Underscores;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TemplateEnsembleTest {
  private static final List<String> TEMPLATES = List.of("a photo of a {}.", "{} texture");

  @Test
  void theRawMeanIsThatOfTheFeaturesAsTheyCome() {
    try (Clip clip = TinyClip.load();
        Scope scope = Scope.open("test")) {
      float[] one = TextFeatures.ofTexts(clip, List.of("a photo of a ice_cream.")).toFloats();
      float[] two = TextFeatures.ofTexts(clip, List.of("ice_cream texture")).toFloats();
      float[] mean =
          new TemplateEnsemble(TEMPLATES, Underscores.KEEP)
              .raw(clip, List.of("ice_cream"))
              .toFloats();
      assertThat(mean).hasSize(12);
      for (int e = 0; e < 12; e++) {
        assertThat(mean[e]).isCloseTo((one[e] + two[e]) / 2, within(1e-5f));
      }
    }
  }

  @Test
  void underscoresAreBlanksWhereTheyAreReplaced() {
    List<String> plain = List.of("ice cream");
    List<String> raw = List.of("ice_cream");
    try (Clip clip = TinyClip.load();
        Scope scope = Scope.open("test")) {
      TemplateEnsemble replaced = new TemplateEnsemble(TEMPLATES, Underscores.REPLACE);
      TemplateEnsemble kept = new TemplateEnsemble(TEMPLATES, Underscores.KEEP);
      Tensor expected = replaced.unit(clip, plain);
      assertThat(replaced.unit(clip, raw).toFloats()).isEqualTo(expected.toFloats());
      assertThat(kept.unit(clip, plain).toFloats()).isEqualTo(expected.toFloats());
      assertThat(kept.unit(clip, raw).toFloats()).isNotEqualTo(expected.toFloats());
      assertThat(expected.norm().item()).isCloseTo(1, within(1e-6));
    }
  }

  @Test
  void rejectsNoTemplateAndAnUnknownRule() {
    assertThatThrownBy(() -> new TemplateEnsemble(List.of(), Underscores.KEEP))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("templates: expected at least one template, got none");
    assertThatThrownBy(() -> TaskRes.DECLARATION.parse(SettingValues.of("underscores", "drop")))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("setting underscores: expected replace or keep, got 'drop'");
  }
}
