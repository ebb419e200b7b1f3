package org.kgcoop.method.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.prompt.ContextSettings;

class MethodCatalogueTest {

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static Method parse(String text) {
    return MethodCatalogue.parse(json(text));
  }

  @Test
  void whatIsNotStatedIsThePublishedDefault() {
    ContextSettings four = ContextSettings.shared(4, "a photo of a");
    assertThat(parse("{'method': 'coop'}")).isEqualTo(new CoOp(four));
    assertThat(parse("{'method': 'cocoop'}")).isEqualTo(new CoCoOp(four));
    assertThat(parse("{'method': 'kgcoop'}")).isEqualTo(new KgCoOp(four, "a photo of a {}.", 8));
    assertThat(parse("{'method': 'prograd', 'template': 'a type of pet, a photo of a {}.'}"))
        .isEqualTo(
            new ProGrad(
                ContextSettings.shared(16, "a type of pet, a photo of a"),
                "a type of pet, a photo of a {}.",
                1,
                1));
  }

  @Test
  void statedVectorsWithoutWordsStartAtRandom() {
    assertThat(parse("{'method': 'coop', 'context_tokens': 16}"))
        .isEqualTo(new CoOp(ContextSettings.shared(16, "")));
  }

  @Test
  void proGradKeepsTheWordsOfItsTemplateWhateverTheNumberOfVectors() {
    assertThat(parse("{'method': 'prograd', 'context_tokens': 8}"))
        .isEqualTo(
            new ProGrad(ContextSettings.shared(8, "a photo of a"), "a photo of a {}.", 1, 1));
    assertThat(parse("{'method': 'prograd', 'context_tokens': 16}"))
        .isEqualTo(parse("{'method': 'prograd'}"));
    assertThat(parse("{'method': 'prograd', 'context_tokens': 2, 'words': ''}"))
        .isEqualTo(new ProGrad(ContextSettings.shared(2, ""), "a photo of a {}.", 1, 1));
  }

  @Test
  void underscoresAreBlanksAtTheEndsOfWordsToo() {
    assertThat(parse("{'method': 'coop', 'words': '_a_photo_of_'}"))
        .isEqualTo(new CoOp(ContextSettings.shared(4, "a photo of")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'method': 'clip', 'templates': ['a {}.', 'the {}']}",
        "{'method': 'coop', 'context_tokens': 7, 'class_position': 'middle',"
            + " 'class_specific': true}",
        "{'method': 'cocoop', 'context_tokens': 5, 'words': 'a b c d e'}",
        "{'method': 'prograd', 'temperature': 2.5, 'lambda': 0.8, 'class_position': 'front'}",
        "{'method': 'kgcoop', 'weight': 0, 'template': '{} texture.'}",
        "{'method': 'kgcoop', 'weight': 'auto', 'weight_grid': [0, 2.5]}",
        "{'method': 'kgcoop', 'weight': 'auto', 'weight_at_scale': 100}",
        "{'method': 'kgcoop', 'weight_at_scale': 100}",
        "{'method': 'ensemble', 'templates': ['the {}'], 'template': '{} texture.'}",
        "{'method': 'ensemble', 'own_template': false}",
        "{'method': 'probe'}"
      })
  void jsonOfAMethodIsReadBackAsTheSame(String text) {
    Method method = parse(text);
    assertThat(MethodCatalogue.parse(method.toJson())).isEqualTo(method);
    // Also as it is read from a file.
    assertThat(MethodCatalogue.parse(json(method.toJson().toString()))).isEqualTo(method);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'method': 'maple'} | method 'maple': expected one of clip, ensemble, probe, coop, prograd,",
        "{} | method '': expected one of",
        "{'method': 'coop', 'weight': 8} | unknown weight; known are context_tokens, words",
        "{'method': 'kgcoop', 'lamda': 8, 'w': 1} | unknown lamda, w; known are",
        "{'method': 'kgcoop', 'weight': -1} | weight: expected at least 0, got -1",
        "{'method': 'kgcoop', 'weight': 'much'} | setting weight: expected a number",
        "{'method': 'coop', 'context_tokens': 0} | context tokens: expected at least 1, got 0",
        "{'method': 'coop', 'context_tokens': 2.5} | context_tokens: expected a whole number",
        "{'method': 'coop', 'class_position': 'back'} | expected end, middle or front",
        "{'method': 'coop', 'class_specific': 'yes'} | expected true or false",
        "{'method': 'coop', 'words': 3} | setting words: expected a text",
        "{'method': 'cocoop', 'class_position': 'front'} | CoCoOp: expected a shared context",
        "{'method': 'cocoop', 'class_specific': true} | CoCoOp: expected a shared context",
        "{'method': 'prograd', 'context_tokens': 3} | 'a photo of a' are 4, more than the 3",
        "{'method': 'prograd', 'temperature': 0} | temperature: expected above 0",
        "{'method': 'prograd', 'lambda': -0.1} | lambda: expected at least 0",
        "{'method': 'prograd', 'template': 'a photo'} | expected {} where the class name goes",
        "{'method': 'clip', 'templates': []} | expected at least one template",
        "{'method': 'clip', 'templates': ['x']} | expected {} where the class name goes"
      })
  void whatIsWrongIsSaidWithWhatIsRight(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.CONFIGURATION);
  }

  @Test
  void zeroShotHasNothingToTrain() {
    assertThatThrownBy(() -> MethodCatalogue.parsePrompt(json("{'method': 'clip'}")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("nothing to train");
  }
}
