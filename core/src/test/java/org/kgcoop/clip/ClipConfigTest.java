package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.openai.ClipFamily;

class ClipConfigTest {
  private static final IntUnaryOperator HEADS = new ClipFamily().traits().assumedHeads();

  /** Creates only the shapes that the rules use, with the sizes of ViT-B/16. */
  private static Map<String, long[]> vitB16() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("text_projection", new long[] {512, 512});
    shapes.put("ln_final.weight", new long[] {512});
    shapes.put("positional_embedding", new long[] {77, 512});
    shapes.put("token_embedding.weight", new long[] {49408, 512});
    for (int i = 0; i < 12; i++) {
      shapes.put("transformer.resblocks." + i + ".ln_1.weight", new long[] {512});
      shapes.put("visual.transformer.resblocks." + i + ".ln_1.weight", new long[] {768});
    }
    shapes.put("visual.proj", new long[] {768, 512});
    shapes.put("visual.conv1.weight", new long[] {768, 3, 16, 16});
    shapes.put("visual.positional_embedding", new long[] {197, 768});
    return shapes;
  }

  @Test
  void vitB16IsReadOffItsShapes() {
    assertThat(ClipConfig.RELEASED.completed(vitB16(), HEADS, "file"))
        .isEqualTo(
            new ClipConfig(
                512,
                224,
                3,
                77,
                49408,
                512,
                8,
                12,
                Activation.QUICK_GELU,
                new ClipConfig.Vit(768, 12, 16, 12)));
  }

  @Test
  void rn50IsReadOffItsShapes() {
    Map<String, long[]> shapes = vitB16();
    shapes.keySet().removeIf(name -> name.startsWith("visual."));
    shapes.put("text_projection", new long[] {512, 1024});
    shapes.put("visual.conv1.weight", new long[] {32, 3, 3, 3});
    shapes.put("visual.layer1.0.conv1.weight", new long[] {64, 64, 1, 1});
    int[] layers = {3, 4, 6, 3};
    for (int stage = 0; stage < 4; stage++) {
      for (int i = 0; i < layers[stage]; i++) {
        shapes.putIfAbsent(
            "visual.layer" + (stage + 1) + "." + i + ".conv1.weight", new long[] {1, 1, 1, 1});
      }
    }
    shapes.put("visual.attnpool.positional_embedding", new long[] {50, 2048});
    ClipConfig config = ClipConfig.RELEASED.completed(shapes, HEADS, "file");
    assertThat(config.embedDim()).isEqualTo(1024);
    assertThat(config.imageResolution()).isEqualTo(224);
    // 64 x 32 = 2,048 channels in heads of 64
    assertThat(config.vision()).isEqualTo(new ClipConfig.ResNet(64, List.of(3, 4, 6, 3), 32));
  }

  @Test
  void statedHeadsWinOverTheRule() {
    ClipConfig config =
        ClipConfig.ofFile(
                0,
                ClipConfig.RELEASED.text().with(4, Activation.GELU, 1e-5),
                ClipConfig.RELEASED.vision().with(16, Activation.GELU, 1e-5))
            .completed(vitB16(), HEADS, "file");
    assertThat(config.textHeads()).isEqualTo(4);
    assertThat(config.vision().heads()).isEqualTo(16);
    assertThat(config.text().activation()).isEqualTo(Activation.GELU);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "visual.positional_embedding | 200,768 | 200 rows; expected 1 and a square number",
        "visual.positional_embedding | 1,768 | 1 rows; expected 1 and a square number",
        "visual.conv1.weight | 768,3,16 | 'visual.conv1.weight' has shape [768, 3, 16]",
        "positional_embedding | 0,512 | 'positional_embedding' has shape [0, 512]",
        "ln_final.weight | 200 | text width 200 does not divide into 3 heads; specify them"
      })
  void aShapeThatIsNoClipsNamesTheKey(String key, String shape, String message) {
    Map<String, long[]> shapes = vitB16();
    String[] lengths = shape.split(",", -1);
    long[] parsed = new long[lengths.length];
    for (int i = 0; i < parsed.length; i++) {
      parsed[i] = Long.parseLong(lengths[i]);
    }
    shapes.put(key, parsed);
    assertThatThrownBy(() -> ClipConfig.RELEASED.completed(shapes, HEADS, "some.pt"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith("some.pt: ")
        .hasMessageContaining(message);
  }

  @Test
  void theErrorForAnotherFileNamesTheFirstMissingKey() {
    assertThatThrownBy(
            () ->
                ClipConfig.RELEASED.completed(
                    Map.of("encoder.weight", new long[] {3, 3}), HEADS, "some.pt"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith("some.pt: not a CLIP: no tensor 'text_projection' among its 1");
  }
}
