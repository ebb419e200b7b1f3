package org.kgcoop.clip.openai;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;

/** Models that are no CLIP. */
class ClipFamilyTest {
  private final ClipFamily family = new ClipFamily();

  private static Set<String> vit() {
    return new HashSet<>(Set.of("text_projection", "visual.proj", "visual.conv1.weight"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "visual.trunk.blocks.0.norm1.weight | a timm image encoder",
        "visual.attn_pool.query | a model with attention pooling (CoCa)",
        "transformer.embeddings.word_embeddings.weight | a Hugging Face text encoder",
      })
  void anotherModelIsCalledByItsName(String tensor, String model) {
    Set<String> names = vit();
    names.add(tensor);
    assertThatThrownBy(() -> family.check(names, "some.pt", ""))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith("some.pt: " + model)
        .hasMessageContaining("'" + tensor + "': not implemented; known are");
  }
}
