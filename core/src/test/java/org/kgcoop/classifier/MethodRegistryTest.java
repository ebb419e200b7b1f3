package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.method.CoCoOp;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.encoder.Ivlp;
import org.kgcoop.method.encoder.Maple;
import org.kgcoop.method.encoder.PromptSrc;
import org.kgcoop.method.encoder.VisionLanguagePrompts;
import org.kgcoop.method.encoder.Vpt;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.SettingValues;

class MethodRegistryTest {

  private static SettingValues json(String text) {
    try {
      return SettingValues.fromJson(new ObjectMapper().readTree(text.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static Method parse(String text) {
    return MethodRegistry.parse(json(text));
  }

  @Test
  void usesPublishedDefaults() {
    ContextSettings four = ContextSettings.shared(4, "a photo of a");
    assertThat(parse("{'method': 'coop'}")).isEqualTo(new CoOp(four));
    assertThat(parse("{'method': 'cocoop'}")).isEqualTo(new CoCoOp(four));
    assertThat(parse("{'method': 'kgcoop'}")).isEqualTo(new KgCoOp(four, "a photo of a {}.", 8, 0));
    assertThat(parse("{'method': 'prograd', 'template': 'a type of pet, a photo of a {}.'}"))
        .isEqualTo(
            new ProGrad(
                ContextSettings.shared(16, "a type of pet, a photo of a"),
                "a type of pet, a photo of a {}.",
                1,
                1));
    assertThat(parse("{'method': 'tcp'}"))
        .isEqualTo(new Tcp(4, 4, "X X X X {}.", 8, "a photo of a {}.", 8));
    assertThat(parse("{'method': 'tcp', 'context_tokens': 2}"))
        .isEqualTo(new Tcp(2, 4, "X X {}.", 8, "a photo of a {}.", 8));
    assertThat(parse("{'method': 'lasp'}"))
        .isEqualTo(new Lasp(4, "a photo of a", Lasp.TEMPLATES, 5, false));
    assertThat(Lasp.TEMPLATES).hasSize(35);
    assertThat(parse("{'method': 'maple'}")).isEqualTo(new Maple(2, "a photo of a", 9));
    assertThat(parse("{'method': 'maple', 'context_tokens': 5}")).isEqualTo(new Maple(5, "", 9));
    assertThat(parse("{'method': 'ivlp'}"))
        .isEqualTo(new Ivlp(new VisionLanguagePrompts(2, "a photo of a", 12, 2, 12)));
    assertThat(parse("{'method': 'vpt'}")).isEqualTo(new Vpt(8, 12, "a photo of a {}."));
    assertThat(parse("{'method': 'promptsrc'}"))
        .isEqualTo(
            new PromptSrc(
                new VisionLanguagePrompts(4, "a photo of a", 9, 4, 9),
                PromptSrc.TEMPLATES,
                25,
                10));
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
        "{'method': 'probe'}",
        "{'method': 'taskres'}",
        "{'method': 'taskres', 'templates': ['a {}.', '{}'], 'underscores': 'replace', 'alpha': 1}",
        "{'method': 'clip-adapter', 'template': '{} texture.', 'ratio': 0.6}",
        "{'method': 'clap', 'template': '{} texture.'}",
        "{'method': 'clap', 'constraint': 'none'}",
        "{'method': 'zs-lp', 'templates': ['a {}.'], 'underscores': 'replace'}",
        "{'method': 'tcp', 'context_tokens': 5, 'class_tokens': 2, 'layer': 0, 'weight': 1.5,"
            + " 'pattern': 'a b c d e {}', 'template': 'the {}'}",
        "{'method': 'lasp', 'words': 'an icon', 'templates': ['the {}'], 'virtual': true,"
            + " 'weight': 10}",
        "{'method': 'maple', 'context_tokens': 3, 'words': 'an icon of a', 'depth': 1}",
        "{'method': 'ivlp', 'context_tokens': 5, 'text_depth': 2, 'image_tokens': 1,"
            + " 'image_depth': 3}",
        "{'method': 'ivlp', 'image_depth': 0}",
        "{'method': 'vpt', 'image_tokens': 1, 'image_depth': 1, 'template': 'the {}'}",
        "{'method': 'promptsrc', 'templates': ['the {}'], 'text_weight': 2.5, 'image_weight': 0}",
        "{'method': 'promptsrc', 'words': '', 'image_depth': 0}"
      })
  void jsonOfAMethodIsReadBackAsTheSame(String text) {
    Method method = parse(text);
    assertThat(MethodRegistry.parse(method.settingValues())).isEqualTo(method);
    // The same applies to JSON that is parsed from text.
    assertThat(MethodRegistry.parse(json(method.settingValues().toJson().toString())))
        .isEqualTo(method);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "{'method': 'mapel'} | method 'mapel': expected one of clip, ensemble, probe, coop, prograd,",
        "{} | method '': expected one of",
        "{'method': 'coop', 'weight': 8} | unknown weight; known are context_tokens, words",
        "{'method': 'kgcoop', 'lamda': 8, 'w': 1} | unknown lamda, w; known are",
        "{'method': 'kgcoop', 'weight': -1} | weight: expected at least 0, got -1",
        "{'method': 'kgcoop', 'weight': 'much'} | setting weight: expected a number",
        "{'method': 'coop', 'context_tokens': 0} | setting context_tokens: expected at least 1, got 0",
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
        "{'method': 'taskres', 'alpha': 0} | setting alpha: expected above 0, got 0",
        "{'method': 'taskres', 'underscores': 'drop'} | expected replace or keep",
        "{'method': 'taskres', 'templates': []} | expected at least one template",
        "{'method': 'clip-adapter', 'ratio': 2} | ratio: expected above 0 to 1, got 2",
        "{'method': 'clip-adapter', 'alpha': 1} | unknown alpha; known are template, ratio",
        "{'method': 'clap', 'constraint': 'cosine'} | constraint 'cosine': expected l2, or none",
        "{'method': 'tcp', 'class_tokens': 0} | setting class_tokens: expected 1 to 1,000, got 0",
        "{'method': 'tcp', 'context_tokens': 0} | setting context_tokens: expected at least 1, got 0",
        "{'method': 'tcp', 'layer': -1} | setting layer: expected at least 0, got -1",
        "{'method': 'tcp', 'layer': 1.5} | layer: expected a whole number",
        "{'method': 'tcp', 'pattern': 'X X X X'} | expected {} where the class name goes",
        "{'method': 'tcp', 'words': 'a b'} | unknown words; known are",
        "{'method': 'tcp', 'weight': -1} | weight: expected at least 0, got -1",
        "{'method': 'lasp', 'templates': []} | expected at least one template",
        "{'method': 'lasp', 'templates': ['x']} | expected {} where the class name goes",
        "{'method': 'lasp', 'virtual': 1} | setting virtual: expected true or false",
        "{'method': 'lasp', 'weight': -1} | setting weight: expected at least 0, got -1",
        "{'method': 'maple', 'depth': 0} | setting depth: expected 1 to 1,000, got 0",
        "{'method': 'promptsrc', 'image_weight': -1} | setting image_weight: expected at least 0, got -1",
        "{'method': 'clip', 'templates': []} | expected at least one template",
        "{'method': 'clip', 'templates': ['x']} | expected {} where the class name goes"
      })
  void rejectsWrongSettingsAndNamesTheRightOnes(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.CONFIGURATION);
  }

  @Test
  void zeroShotHasNothingToTrain() {
    assertThatThrownBy(() -> MethodRegistry.parsePrompt(json("{'method': 'clip'}")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("trains no prompt");
  }
}
