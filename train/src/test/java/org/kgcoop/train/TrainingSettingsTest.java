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
import org.kgcoop.image.view.RandomResizedCrop;
import org.kgcoop.image.view.ViewRecipe;
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
                Augmentation.ofId("cache:8"),
                5,
                false));
  }

  @Test
  void runsKeepTheirSettingsInTheseBytes() {
    assertThat(settings("{}").stored().toJson())
        .hasToString(
            json("{'epochs':100,'batch_size':32,'sampler':'random','lr':0.002,"
                    + "'warmup_recount':true,'warmup':'constant','warmup_epochs':1,"
                    + "'warmup_lr':1.0E-5,'optimizer':'sgd','momentum':0.9,'weight_decay':5.0E-4,"
                    + "'seed':7,'augment':'cache:8',"
                    + "'transforms':'random_resized_crop(0.08,1.0),random_flip','model_selection':'last'}")
                .toJson()
                .toString());
  }

  @Test
  void aBoundOfZeroIsNotWritten() {
    assertThat(settings("{'clip_norm':0}").stored().has("clip_norm")).isFalse();
    assertThat(settings("{'clip_norm':1}").clipNorm()).isEqualTo(1);
  }

  /** A method's published numbers apply unless the settings contain others. */
  @Test
  void usesThePublishedValueOfSettingsThatAreNotGiven() {
    TrainedMethod.Defaults published =
        new TrainedMethod.Defaults(10, 4)
            .with("optimizer", "adam")
            .with("epsilon", 1e-3)
            .with("beta1", 0.8)
            .with("min_lr", 1e-6)
            .with("warmup_epochs", 3)
            .with("transforms", "random_resized_crop(0.5,1),random_flip");
    TrainingSettings settings =
        TrainingSettings.parse(
            json(
                "{'optimizer':'adamw','beta2':0.98,'warmup':'linear',"
                    + "'transforms':'random_flip,random_resized_crop'}"),
            published,
            1);
    assertThat(settings.optimizer()).isEqualTo(new UpdateRule.Adam(0.8, 0.98, 1e-3, 5e-4, true));
    assertThat(settings.schedule().minimum()).isEqualTo(1e-6);
    assertThat(settings.schedule().warmup()).isEqualTo(new Warmup(Warmup.Kind.LINEAR, 3, 1e-5));
    assertThat(settings.augmentation().recipe().id())
        .isEqualTo("random_resized_crop(0.5,1.0),random_flip");
    TrainingSettings others =
        TrainingSettings.parse(
            json("{'optimizer':'sgd','min_lr':0,'warmup_lr':0.01," + "'transforms':'none'}"),
            published,
            1);
    assertThat(others.optimizer()).isEqualTo(new UpdateRule.Sgd(0.9, 5e-4));
    assertThat(others.schedule().minimum()).isZero();
    assertThat(others.schedule().warmup()).isEqualTo(new Warmup(Warmup.Kind.CONSTANT, 3, 0.01));
    assertThat(others.augmentation().recipe()).isEqualTo(ViewRecipe.NONE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{'warmup':'linear','warmup_epochs':2}",
        "{'warmup_recount':false,'warmup':'none','lr':1}",
        "{'optimizer':'adam','beta1':0.8,'beta2':0.99,'weight_decay':0}",
        "{'optimizer':'adamw','model_selection':'best','batch_size':8}",
        "{'model_selection':'gauss','gauss_std':2.5}",
        "{'lr':0.1,'lr_unit':'step','min_lr':0.01,'warmup':'none'}",
        "{'optimizer':'adam','epsilon':0.001,'clip_norm':1.5}",
        "{'sampler':'random-all','augment':'online','transforms':'none'}",
        "{'transforms':'random_flip'}"
      })
  void isEqualAfterJson(String text) {
    TrainingSettings settings = settings(text);
    assertThat(new TrainingSettings(SettingValues.fromJson(settings.stored().toJson())))
        .isEqualTo(settings);
  }

  @Test
  void stretchesTheEpochsAndTheAverageOverThem() {
    TrainingSettings settings =
        settings("{'epochs':20,'model_selection':'gauss','gauss_mean':15,'gauss_std':2}")
            .stretched(1.5);
    assertThat(settings.schedule().epochs()).isEqualTo(30);
    assertThat(settings.average()).isEqualTo(new ModelSelection.Average(22.5, 3));
    assertThat(settings("{'epochs':2}").stretched(2)).isEqualTo(settings("{'epochs':4}"));
  }

  @Test
  void theNumbersOfTransformsStandBehindTheirNames() {
    assertThat(
            settings("{'transforms':'random_flip, random_resized_crop(0.5, 1)'}")
                .augmentation()
                .recipe())
        .isEqualTo(new ViewRecipe(new RandomResizedCrop(0.5, 1), true));
    assertThat(settings("{'transforms':'random_resized_crop'}").augmentation().recipe())
        .isEqualTo(new ViewRecipe(new RandomResizedCrop(0.08, 1), false));
  }

  @Test
  void readsTheSeedAndTheDefaultOptimizer() {
    assertThat(new TrainingSettings(json("{'epochs':1,'batch_size':1,'seed':3}")).seed())
        .isEqualTo(3);
    assertThat(new TrainingSettings(json("{'epochs':1,'batch_size':1}")).optimizer())
        .isEqualTo(new UpdateRule.Sgd(0.9, 5e-4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {'epoch':1,'picture':2}  | unknown epoch (did you mean epochs?), picture; known are epochs,
          {'epochs':'many'}        | epochs: expected a whole number, got 'many'
          {'epochs':1.5}           | epochs: expected a whole number, got 1.5
          {'batch_size':0}         | batch_size: expected at least 1, got 0
          {'checkpoint_every':0}   | checkpoint_every: expected at least 1, got 0
          {'lr':true}              | lr: expected a number, got true
          {'clip_norm':-1}         | clip_norm: expected at least 0, got -1
          {'optimizer':'adam','epsilon':0} | epsilon: expected above 0, got 0
          {'optimizer':'lion'}     | optimizer: expected sgd, adam or adamw, got 'lion'
          {'optimizer':'sgd','beta1':0.5} | beta1: used only with optimizer adam or adamw, and optimizer is sgd
          {'momentum':'x'}         | momentum: expected a number, got 'x'
          {'weight_decay':1e308}   | weight_decay: expected a number of at most 3.4e38, got 1.0E308
          {'warmup_lr':4e38}       | warmup_lr: expected a number of at most 3.4e38, got 4.0E38
          {'lr':1e-60}             | lr: expected above 0, got 1.0E-60
          {'min_lr':-1}            | min_lr: expected at least 0, got -1
          {'decay_epochs':[3]}     | unknown decay_epochs
          {'optimizer':'rmsprop'}  | optimizer: expected sgd, adam or adamw, got 'rmsprop'
          {'sampler':'random-class'} | sampler: expected random or random-all, got 'random-class'
          {'warmup':'none','warmup_lr':1} | warmup_lr: used only with warmup constant or linear
          {'gauss_mean':3}         | gauss_mean: used only with model_selection gauss
          {'model_selection':'first'} | model_selection: expected last, best or gauss, got 'first'
          {'transforms':'flip,no'} | unknown transform flip, no; expected some of random_resized_crop,
          {'transforms':'random_resized_crop(1)'} | transforms 'random_resized_crop(1)': expected a list
          {'transforms':'random_resized_crop(a,1)'} | transforms 'random_resized_crop(a,1)': expected a
          {'transforms':'cutout(1,16)'} | unknown transform cutout; expected some of
          {'transforms':'random_flip(1)'} | transforms 'random_flip(1)': expected a list
          {'transforms':'random_resized_crop(1,2'} | expected a list such as random_resized_crop(0.5,1),\
          """)
  void rejectsWrongSettings(String text, String expected) {
    assertThatThrownBy(() -> settings(text))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining(expected);
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
                1e-3, 20, 0, new Warmup(Warmup.Kind.NONE, 1, 1e-5), true, Schedule.Unit.STEP));
    assertThat(settings.batchSize()).isEqualTo(256);
    assertThat(settings.optimizer()).isEqualTo(new UpdateRule.Adam(0.9, 0.999, 1e-4, 0.01, true));
    assertThat(settings.augmentation().recipe().id())
        .isEqualTo("random_resized_crop(0.6,0.9),random_flip");
    assertThat(settings.stored().toJson().toString())
        .contains("\"lr_unit\":\"step\"", "\"epsilon\":1.0E-4", "\"sampler\":\"random-all\"");
    assertThat(new TrainingSettings(SettingValues.fromJson(settings.stored().toJson())))
        .isEqualTo(settings);
  }
}
