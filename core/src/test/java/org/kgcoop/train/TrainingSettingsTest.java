package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.features.Augmentation;
import org.kgcoop.fixtures.TinyTraining;
import org.kgcoop.image.view.ViewRecipe;
import org.kgcoop.image.view.ViewStep;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.UpdateRule;

class TrainingSettingsTest {

  /** JSON with single quotes. */
  private static SettingValues json(String text) {
    try {
      return SettingValues.fromJson(new ObjectMapper().readTree(text.replace('\'', '"')));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }

  private static TrainingSettings settings(String text) {
    return TrainingSettings.parse(json(text), new TrainedMethod.Defaults(100, 32), 7);
  }

  @Test
  void usesPublishedDefaults() {
    TrainingSettings settings = settings("{}");
    assertThat(settings)
        .isEqualTo(
            TinyTraining.settings(
                TinyTraining.schedule(0.002, 100),
                32,
                0.9,
                5e-4,
                7,
                new Augmentation.Cache(8, ViewRecipe.PUBLISHED),
                5,
                false));
  }

  @Test
  void runsKeepTheirSettingsInTheseBytes() {
    assertThat(settings("{}").toJson())
        .hasToString(
            json("{'epochs':100,'batch_size':32,'sampler':'random','lr':0.002,'decay':'cosine',"
                    + "'schedule':'current','warmup':'constant:1:1.0E-5',"
                    + "'optimizer':'sgd:momentum=0.9:weight_decay=5.0E-4',"
                    + "'seed':7,'augment':'cache:8',"
                    + "'transforms':'random_resized_crop(0.08,1.0),random_flip','keep':'last'}")
                .toJson()
                .toString());
  }

  @Test
  void aBoundOfZeroIsNotWritten() {
    assertThat(settings("{'clip_norm':0}").toJson().has("clip_norm")).isFalse();
    assertThat(settings("{'clip_norm':1}").clipNorm()).isEqualTo(1);
  }

  @Test
  void numbersOfAnOptimizerStandBehindItsName() {
    assertThat(settings("{'optimizer':'adam:epsilon=0.001'}").optimizer())
        .isEqualTo(new UpdateRule.Adam(0.9, 0.999, 1e-3, 5e-4));
    assertThat(settings("{'optimizer':'momentum=0'}").optimizer())
        .isEqualTo(new UpdateRule.Sgd(0, 5e-4));
  }

  /** A method's published numbers apply unless the settings contain others. */
  @Test
  void partsThatAreLeftOutAreTheMethods() {
    TrainedMethod.Defaults published =
        new TrainedMethod.Defaults(10, 4)
            .with("optimizer", "adam:epsilon=1e-3:beta1=0.8")
            .with("decay", "cosine:1e-6")
            .with("warmup", "constant:3")
            .with("transforms", "random_resized_crop(0.5,1),random_flip");
    TrainingSettings settings =
        TrainingSettings.parse(
            json(
                "{'optimizer':'adamw:beta2=0.98','decay':'cosine','warmup':'linear',"
                    + "'transforms':'cutout,random_resized_crop'}"),
            published,
            1);
    assertThat(settings.optimizer()).isEqualTo(new UpdateRule.AdamW(0.8, 0.98, 1e-3, 5e-4));
    assertThat(settings.schedule().decay()).isEqualTo(new Decay.Cosine(1e-6));
    assertThat(settings.toJson().path("warmup").asText()).isEqualTo("linear:3:1.0E-5");
    assertThat(settings.augmentation().recipe().id())
        .isEqualTo("random_resized_crop(0.5,1.0),cutout(1,16)");
    TrainingSettings others =
        TrainingSettings.parse(
            json("{'optimizer':'sgd','decay':'step:3','warmup':'::0.01','transforms':'none'}"),
            published,
            1);
    assertThat(others.optimizer()).isEqualTo(new UpdateRule.Sgd(0.9, 5e-4));
    assertThat(others.schedule().decay()).isEqualTo(new Decay.SingleStep(3, 0.1));
    assertThat(others.toJson().path("warmup").asText()).isEqualTo("constant:3:0.01");
    assertThat(others.augmentation().recipe()).isEqualTo(ViewRecipe.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'decay':'step:30:0.5','warmup':'linear:2:0.001'}",
        "{'decay':'steps:1,5','schedule':'paper-era','warmup':'none','lr':1,'epochs':9}",
        "{'optimizer':'adam:beta1=0.8:beta2=0.99:weight_decay=0'}",
        "{'optimizer':'adamw','keep':'best','batch_size':8}",
        "{'keep':'gauss:15,1'}",
        "{'lr':0.1,'lr_unit':'step','decay':'cosine:0.01','warmup':'none'}",
        "{'optimizer':'rmsprop:alpha=0.9:momentum=0'}",
        "{'optimizer':'adam:epsilon=0.001','clip_norm':1.5}",
        "{'sampler':'random-class:4','augment':'online','transforms':'none'}",
        "{'augment':'test','sampler':'sequential'}",
        "{'transforms':'random_crop,randaugment,colorjitter,randomgrayscale,gaussian_blur,cutout'}"
      })
  void isEqualAfterJson(String text) {
    TrainingSettings settings = settings(text);
    assertThat(TrainingSettings.parse(SettingValues.fromJson(settings.toJson())))
        .isEqualTo(settings);
  }

  @Test
  void theNumbersOfTransformsStandBehindTheirNames() {
    assertThat(
            settings("{'transforms':'cutout(3, 8), random_crop(2)'}")
                .augmentation()
                .recipe()
                .steps())
        .containsExactly(new ViewStep.RandomCrop(2), new ViewStep.Cutout(3, 8));
    assertThat(settings("{'transforms':'gaussian_blur'}").augmentation().recipe().steps())
        .containsExactly(new ViewStep.GaussianBlur(21, 0.5));
  }

  @Test
  void readsTheSeedAndTheDefaultOptimizer() {
    assertThat(TrainingSettings.parse(json("{'epochs':1,'batch_size':1,'seed':3}")).seed())
        .isEqualTo(3);
    assertThat(TrainingSettings.parse(json("{'epochs':1,'batch_size':1}")).optimizer())
        .isEqualTo(new UpdateRule.Sgd(0.9, 5e-4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'epoch':1,'picture':2}  | unknown epoch (did you mean epochs?), picture; known are epochs,
          {'epochs':'many'}        | epochs: expected a number, got many
          {'epochs':1.5}           | epochs: expected a whole number, got 1.5
          {'lr':true}              | lr: expected a number, got true
          {'clip_norm':-1}         | gradient norm limit: expected above 0, or 0 for none, got -1
          {'optimizer':'adam:epsilon=0'} | epsilon: expected above 0, got 0
          {'optimizer':'lion'}     | optimizer 'lion': expected sgd, adam, adamw or rmsprop
          {'optimizer':'sgd:beta1=1'} | sgd has no beta1; it has momentum, weight_decay
          {'optimizer':'sgd:momentum=x'} | momentum 'x' is not a number
          {'optimizer':'sgd:momentum'} | expected NAME:KEY=VALUE, such as adamw:beta2=0.98
          {'decay':'cosine:-1'}    | minimum learning rate of a cosine: expected at least 0, got -1
          {'warmup':'linear:x'}    | expected KIND:EPOCHS:RATE, such as constant:1:1e-5
          {'warmup':'linear:1:y'}  | expected KIND:EPOCHS:RATE, such as constant:1:1e-5
          {'warmup':'linear:1:1:1'} | expected KIND:EPOCHS:RATE, such as constant:1:1e-5
          {'keep':'first'}         | keep 'first': expected last, best or gauss:MEAN
          {'transforms':'flip,no'} | unknown transform flip, no; expected some of random_crop,
          {'transforms':'random_resized_crop(1)'} | random_resized_crop(1): expected 2 numbers
          {'transforms':'random_resized_crop(a,1)'} | random_resized_crop(a,1): 'a' is not a number
          {'transforms':'cutout(1.5,2)'} | cutout(1.5,2): '1.5' is not an integer
          {'transforms':'cutout(1,2'} | expected a list such as random_resized_crop(0.5,1),\
          """)
  void rejectsWrongSettings(String text, String expected) {
    assertThatThrownBy(() -> settings(text))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void epochsThatNobodyStatesAreMissed() {
    assertThatThrownBy(() -> TrainingSettings.parse(json("{}")))
        .hasMessageContaining("epochs: expected a number, got nothing");
  }

  @Test
  void tipAdapterFTrainsAsPublishedAndKeepsItsSettings() {
    TrainedMethod method =
        MethodRegistry.parse(json("{'method':'tip-adapter-f','crop_scale':[0.6,0.9]}"))
            .trained()
            .orElseThrow();
    TrainingSettings settings = TrainingSettings.parse(json("{}"), method.defaults(), 7);
    assertThat(settings.schedule())
        .isEqualTo(
            new Schedule(
                1e-3,
                20,
                new Decay.Cosine(),
                new Warmup(Warmup.Kind.NONE, 1, 1e-5),
                Schedule.Variant.CURRENT,
                Schedule.Unit.STEP));
    assertThat(settings.batchSize()).isEqualTo(256);
    assertThat(settings.optimizer()).isEqualTo(new UpdateRule.AdamW(0.9, 0.999, 1e-4, 0.01));
    assertThat(settings.sampler()).isEqualTo(new Sampler.EveryImage());
    assertThat(settings.augmentation().recipe().id())
        .isEqualTo("random_resized_crop(0.6,0.9),random_flip");
    assertThat(settings.toJson().toString())
        .contains("\"lr_unit\":\"step\"", ":epsilon=1.0E-4:", "\"sampler\":\"random:all\"");
    assertThat(TrainingSettings.parse(SettingValues.fromJson(settings.toJson())))
        .isEqualTo(settings);
  }
}
