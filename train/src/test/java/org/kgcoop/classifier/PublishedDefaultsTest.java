package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.data.Templates;
import org.kgcoop.data.Underscores;
import org.kgcoop.method.CacheGrid;
import org.kgcoop.method.CacheSettings;
import org.kgcoop.method.Clap;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.Lasp;
import org.kgcoop.method.Method;
import org.kgcoop.method.ProGrad;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.TaskRes;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TipAdapter;
import org.kgcoop.method.TipAdapterF;
import org.kgcoop.method.TrainedMethod;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.encoder.ClipLora;
import org.kgcoop.method.encoder.Ivlp;
import org.kgcoop.method.encoder.Maple;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.method.encoder.PromptSrc;
import org.kgcoop.method.encoder.VisionLanguagePrompts;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.tensor.UpdateRule;
import org.kgcoop.train.ModelSelection;
import org.kgcoop.train.Schedule;
import org.kgcoop.train.TrainingSettings;

class PublishedDefaultsTest {
  private static final String TEXTURES = "a photo of a {}, a type of texture.";

  private static SettingValues explicitSettings(String id) {
    return SettingValues.of("method", id);
  }

  private static TaskContext on(String dataSet, int shots) {
    return new TaskContext(dataSet, Templates.DEFAULT, shots, 1);
  }

  /** The published scripts state the epochs in names of configurations, such as rn50_ep100. */
  @ParameterizedTest
  @CsvSource({
    "BASE_TO_NEW, coop, pets, 16, 200",
    "BASE_TO_NEW, coop, ImageNet, 16, 50",
    "BASE_TO_NEW, prograd, pets, 4, 100",
    "BASE_TO_NEW, prograd, ImageNet, 4, 50",
    "BASE_TO_NEW, kgcoop, ImageNet, 16, 100",
    "BASE_TO_NEW, cocoop, ImageNet, 16, 10",
    "FEW_SHOT, coop, pets, 1, 50",
    "FEW_SHOT, coop, pets, 2, 100",
    "FEW_SHOT, prograd, pets, 4, 100",
    "FEW_SHOT, prograd, pets, 8, 200",
    "FEW_SHOT, coop, pets, 16, 200",
    "FEW_SHOT, coop, pets, 0, 200",
    "FEW_SHOT, coop, ImageNet, 16, 50",
    "FEW_SHOT, kgcoop, pets, 1, 100",
    "FEW_SHOT, taskres, pets, 1, 100",
    "FEW_SHOT, taskres, pets, 4, 100",
    "FEW_SHOT, taskres, pets, 8, 200",
    "FEW_SHOT, taskres, pets, 0, 200",
    "BASE_TO_NEW, clip-adapter, pets, 16, 200",
    "FEW_SHOT, clip-adapter, pets, 1, 50",
    "FEW_SHOT, clap, ImageNet, 1, 300",
    "FEW_SHOT, zs-lp, pets, 16, 300",
    "FEW_SHOT, tcp, pets, 4, 50",
    "BASE_TO_NEW, tcp, ImageNet, 16, 25",
    "BASE_TO_NEW, tcp, SUN397, 16, 25",
    "BASE_TO_NEW, lasp, SUN397, 16, 25",
    "BASE_TO_NEW, lasp, UCF101, 16, 50",
    "BASE_TO_NEW, lasp, EuroSAT, 16, 300",
    "TRANSFER, lasp, EuroSAT, 16, 300",
    "TRANSFER, coop, ImageNet, 16, 50",
    "BASE_TO_NEW, maple, ImageNet, 16, 5",
    "FEW_SHOT, maple, pets, 16, 5",
    "TRANSFER, maple, ImageNet, 16, 2",
    "BASE_TO_NEW, promptsrc, EuroSAT, 16, 20",
    "FEW_SHOT, promptsrc, pets, 1, 50",
    "TRANSFER, promptsrc, ImageNet, 16, 20",
    "BASE_TO_NEW, mmrl, pets, 16, 10",
    "FEW_SHOT, clip-lora, pets, 16, 320",
    "FEW_SHOT, clip-lora, pets, 1, 250"
  })
  void epochsAreThoseOfTheProtocolTheDataSetAndTheShots(
      PublishedDefaults preset, String id, String dataSet, int shots, int epochs) {
    TaskContext task = on(dataSet, shots);
    TrainedMethod method = preset.method(explicitSettings(id), task).trained().orElseThrow();
    assertThat(preset.training(method, task).epochs()).isEqualTo(epochs);
    assertThat(preset.training(method, task).batchSize()).isEqualTo(method.defaults().batchSize());
  }

  private static SettingValues training(String id, String dataSet) {
    TaskContext task = on(dataSet, 16);
    TrainedMethod method =
        PublishedDefaults.FEW_SHOT.method(explicitSettings(id), task).trained().orElseThrow();
    return TrainingSettings.parse(
            SettingValues.NONE, PublishedDefaults.FEW_SHOT.training(method, task), 1)
        .stored();
  }

  @Test
  void taskResIsTrainedByAdamSlowerOnImageNet() {
    assertThat(training("taskres", "pets").values())
        .containsEntry("optimizer", "adam")
        .containsEntry("epsilon", 1e-8)
        .containsEntry("batch_size", 256)
        .containsEntry("lr", 0.002);
    assertThat(training("taskres", "ImageNet").values()).containsEntry("lr", 2e-4);
  }

  private static TrainingSettings training(PublishedDefaults preset, String id, String dataSet) {
    TaskContext task = on(dataSet, 16);
    TrainedMethod method = preset.method(explicitSettings(id), task).trained().orElseThrow();
    return TrainingSettings.parse(SettingValues.NONE, preset.training(method, task), 1);
  }

  @Test
  void fromOneDataSetToOthersRowsInsideOfEncodersAreShallower() {
    assertThat(PublishedDefaults.TRANSFER.method(explicitSettings("maple"), on("ImageNet", 16)))
        .isEqualTo(new Maple(2, "a photo of a", 3));
    assertThat(
            PublishedDefaults.TRANSFER.method(
                explicitSettings("maple").with("depth", 5), on("ImageNet", 16)))
        .isEqualTo(new Maple(2, "a photo of a", 5));
    assertThat(PublishedDefaults.TRANSFER.method(explicitSettings("promptsrc"), on("ImageNet", 16)))
        .isEqualTo(
            new PromptSrc(
                new VisionLanguagePrompts(4, "a photo of a", 3, 4, 3),
                PromptSrc.TEMPLATES,
                25,
                10));
    assertThat(PublishedDefaults.FEW_SHOT.method(explicitSettings("promptsrc"), on("ImageNet", 16)))
        .isEqualTo(
            new PromptSrc(
                new VisionLanguagePrompts(4, "a photo of a", 9, 4, 9),
                PromptSrc.TEMPLATES,
                25,
                10));
    assertThat(training(PublishedDefaults.TRANSFER, "maple", "ImageNet").schedule().rate())
        .isEqualTo(0.0026);
    assertThat(training(PublishedDefaults.BASE_TO_NEW, "maple", "pets").schedule().rate())
        .isEqualTo(0.0035);
  }

  @ParameterizedTest
  @CsvSource({
    "BASE_TO_NEW, EuroSAT, 15, 1",
    "TRANSFER, ImageNet, 6, 10",
    "FEW_SHOT, ImageNet, 30, 30",
    "FEW_SHOT, OxfordPets, 30, 30",
    "FEW_SHOT, StanfordCars, 45, 5",
    "FEW_SHOT, OxfordFlowers, 45, 5",
    "FEW_SHOT, FGVCAircraft, 45, 5",
    "FEW_SHOT, DescribableTextures, 45, 5",
    "FEW_SHOT, EuroSAT, 45, 5"
  })
  void promptSrcAveragesOverOtherEpochs(
      PublishedDefaults preset, String dataSet, double mean, double deviation) {
    assertThat(training(preset, "promptsrc", dataSet).average())
        .isEqualTo(new ModelSelection.Average(mean, deviation));
  }

  @Test
  void clapIsTrainedOnAPoolOfTwentyViews() {
    assertThat(training("clap", "pets").values())
        .containsEntry("optimizer", "sgd")
        .containsEntry("momentum", 0.9)
        .containsEntry("weight_decay", 0.0)
        .containsEntry("batch_size", 256)
        .containsEntry("lr", 0.1)
        .containsEntry("augment", "pool:20");
  }

  @Test
  void usesTheViewsOfTheMethodIfPublished() {
    SettingValues published = SettingValues.of("augment", "published");
    for (String id : List.of("clap", "coop")) {
      TrainedMethod method =
          PublishedDefaults.FEW_SHOT
              .method(explicitSettings(id), on("pets", 1))
              .trained()
              .orElseThrow();
      assertThat(TrainingSettings.parse(published, method.defaults(), 1).augmentation().id())
          .isEqualTo(id.equals("clap") ? "pool:20" : "online");
    }
  }

  @Test
  void taskResHasAnotherAlphaOnFlowersAndMoreTextsOnImageNet() {
    TaskRes flowers =
        (TaskRes)
            PublishedDefaults.FEW_SHOT.method(explicitSettings("taskres"), on("OxfordFlowers", 1));
    assertThat(flowers.alpha()).isEqualTo(1);
    assertThat(flowers.texts().templates()).containsExactly(Templates.DEFAULT);
    assertThat(flowers.texts().underscores()).isEqualTo(Underscores.KEEP);
    TaskRes imageNet =
        (TaskRes) PublishedDefaults.FEW_SHOT.method(explicitSettings("taskres"), on("ImageNet", 1));
    assertThat(imageNet.alpha()).isEqualTo(0.5);
    assertThat(imageNet.texts().templates())
        .hasSize(8)
        .startsWith(Templates.ENSEMBLE.get(0))
        .endsWith(Templates.DEFAULT);
    Clap clap =
        (Clap) PublishedDefaults.FEW_SHOT.method(explicitSettings("clap"), on("ImageNet", 1));
    assertThat(clap.texts()).isEqualTo(imageNet.texts());
  }

  @Test
  void inFewShotTablesCoOpBeginsWith16RandomVectors() {
    assertThat(PublishedDefaults.FEW_SHOT.method(explicitSettings("coop"), on("pets", 1)))
        .isEqualTo(new CoOp(ContextSettings.shared(16, "")));
    assertThat(PublishedDefaults.BASE_TO_NEW.method(explicitSettings("coop"), on("pets", 1)))
        .isEqualTo(new CoOp(ContextSettings.shared(4, "a photo of a")));
    SettingValues words = explicitSettings("coop").with("words", "an icon of a");
    assertThat(PublishedDefaults.FEW_SHOT.method(words, on("pets", 1)))
        .isEqualTo(new CoOp(ContextSettings.shared(4, "an icon of a")));
  }

  @Test
  void proGradsLambdaIsWeakerOnThreeSetsFromEightShotsOn() {
    assertThat(lambda(PublishedDefaults.FEW_SHOT, explicitSettings("prograd"), on("EuroSAT", 8)))
        .isEqualTo(0.8);
    assertThat(lambda(PublishedDefaults.FEW_SHOT, explicitSettings("prograd"), on("EuroSAT", 4)))
        .isEqualTo(1);
    assertThat(lambda(PublishedDefaults.FEW_SHOT, explicitSettings("prograd"), on("OxfordPets", 8)))
        .isEqualTo(1);
    assertThat(lambda(PublishedDefaults.BASE_TO_NEW, explicitSettings("prograd"), on("EuroSAT", 8)))
        .isEqualTo(1);
    assertThat(
            lambda(
                PublishedDefaults.FEW_SHOT,
                explicitSettings("prograd").with("lambda", 0.5),
                on("EuroSAT", 8)))
        .isEqualTo(0.5);
  }

  private static double lambda(PublishedDefaults preset, SettingValues stated, TaskContext task) {
    return ((ProGrad) preset.method(stated, task)).lambda();
  }

  @Test
  void tcpHasAPatternAndATeacherForEachDataSet() {
    PublishedDefaults preset = PublishedDefaults.BASE_TO_NEW;
    TaskContext aircraft =
        new TaskContext("FGVCAircraft", "a photo of a {}, a type of aircraft.", 16, 1);
    assertThat(preset.method(explicitSettings("tcp"), aircraft))
        .isEqualTo(
            new Tcp(4, 4, "X X X X {}, a type of aircraft.", 8, "a photo of an aircraft {}.", 8));
    assertThat(preset.method(explicitSettings("tcp").with("context_tokens", 2), on("UCF101", 16)))
        .isEqualTo(new Tcp(2, 4, "X X person doing {}.", 8, Templates.DEFAULT, 8));
    assertThat(preset.method(explicitSettings("tcp"), on("pets", 16)))
        .isEqualTo(new Tcp(4, 4, "X X X X {}.", 8, Templates.DEFAULT, 8));
    SettingValues own = explicitSettings("tcp").with("pattern", "a b c d {}");
    assertThat(preset.method(own, new TaskContext("FGVCAircraft", "the {}", 16, 1)))
        .isEqualTo(new Tcp(4, 4, "a b c d {}", 8, "the {}", 8));
  }

  /**
   * IVLP has 4 tokens and the rate 0.0025 if it trains only the text encoder. With both encoders,
   * it has 2 tokens and the rate 0.0035.
   */
  @Test
  void ivlpHasOtherTokensInTheTextEncoderAlone() {
    PublishedDefaults preset = PublishedDefaults.BASE_TO_NEW;
    Ivlp both = (Ivlp) preset.method(explicitSettings("ivlp"), TaskContext.ANY);
    Ivlp texts =
        (Ivlp) preset.method(explicitSettings("ivlp").with("image_depth", 0), TaskContext.ANY);
    assertThat(both.rows().contextTokens()).isEqualTo(2);
    assertThat(texts.rows().contextTokens()).isEqualTo(4);
    assertThat(preset.training(texts, TaskContext.ANY).settings()).containsEntry("lr", 0.0025);
  }

  @Test
  void clipLoraCountsStepsAndHasOneTemplateUnlessAnotherIsGiven() {
    PublishedDefaults preset = PublishedDefaults.FEW_SHOT;
    TaskContext aircraft =
        new TaskContext("FGVCAircraft", "a photo of a {}, a type of aircraft.", 100, 16, 1, 0);
    ClipLora method = (ClipLora) preset.method(explicitSettings("clip-lora"), aircraft);
    assertThat(method.template()).isEqualTo(Templates.DEFAULT);
    TrainedMethod.Defaults training = preset.training(method, aircraft);
    assertThat(training.epochs()).isEqualTo(160); // 8000 steps, 50 per epoch
    Schedule schedule = TrainingSettings.parse(SettingValues.NONE, training, 1).schedule();
    assertThat(schedule.rate(0, 0, 50)).isEqualTo(2e-4);
    assertThat(schedule.rate(80, 0, 50)).isCloseTo((2e-4 + 1e-6) / 2, within(1e-12));
    assertThat(schedule.rate(159, 49, 50)).isCloseTo(1e-6, within(1e-10));
    TaskContext own = new TaskContext("FGVCAircraft", "the {}.", 16, 1);
    assertThat(((ClipLora) preset.method(explicitSettings("clip-lora"), own)).template())
        .isEqualTo("the {}.");
  }

  @Test
  void laspHasTheFourConfigurationsOfItsLogs() {
    PublishedDefaults preset = PublishedDefaults.BASE_TO_NEW;
    Lasp food = (Lasp) preset.method(explicitSettings("lasp"), on("Food101", 16));
    assertThat(food.weight()).isEqualTo(5);
    assertThat(preset.training(food, on("Food101", 16)))
        .isEqualTo(
            new TrainedMethod.Defaults(10, 1)
                .with("lr", 0.002)
                .with("warmup_epochs", 1)
                .with("clip_norm", 1.0));
    Lasp textures = (Lasp) preset.method(explicitSettings("lasp"), on("DescribableTextures", 16));
    assertThat(textures.weight()).isEqualTo(10);
    assertThat(preset.training(textures, on("DescribableTextures", 16)))
        .isEqualTo(
            new TrainedMethod.Defaults(50, 32)
                .with("lr", 0.032)
                .with("warmup_epochs", 5)
                .with("clip_norm", 1.0));
  }

  @Test
  void theEnsembleHasSevenTemplatesOnImageNetAndEightElsewhere() {
    assertThat(
            PublishedDefaults.BASE_TO_NEW.method(explicitSettings("ensemble"), on("ImageNet", 16)))
        .isEqualTo(new Ensemble(Templates.DEFAULT, Templates.ENSEMBLE, false));
    assertThat(
            PublishedDefaults.BASE_TO_NEW.method(
                explicitSettings("ensemble"), on("ImageNetV2", 16)))
        .isEqualTo(new Ensemble(Templates.DEFAULT, Templates.ENSEMBLE, true));
    SettingValues all = explicitSettings("ensemble").with("own_template", true);
    assertThat(PublishedDefaults.BASE_TO_NEW.method(all, on("ImageNet", 16)))
        .isEqualTo(new Ensemble(Templates.DEFAULT, Templates.ENSEMBLE, true));
  }

  @Test
  void zeroShotHasThePublishedTemplateOnTexturesUnlessAnotherIsGiven() {
    TaskContext textures = new TaskContext("DescribableTextures", TEXTURES, 16, 1);
    PublishedDefaults preset = PublishedDefaults.BASE_TO_NEW;
    assertThat(preset.method(explicitSettings("clip"), textures))
        .isEqualTo(new ZeroShot(List.of("{} texture.")));
    assertThat(preset.method(explicitSettings("ensemble"), textures))
        .isEqualTo(new Ensemble("{} texture.", Templates.ENSEMBLE, true));
    // KgCoOp has its own template for the teacher.
    assertThat(((KgCoOp) preset.method(explicitSettings("kgcoop"), textures)).template())
        .isEqualTo(TEXTURES);
    TaskContext given = new TaskContext("DescribableTextures", "the {}.", 16, 1);
    assertThat(preset.method(explicitSettings("clip"), given))
        .isEqualTo(new ZeroShot(List.of("the {}.")));
  }

  @ParameterizedTest
  @CsvSource({
    "ImageNet, 7, 1.17, 7, 3",
    "OxfordFlowers, 1, 10, 50, 50",
    "DescribableTextures, 1, 2, 13, 13",
    "my folder, 1, 1.17, 7, 3"
  })
  void tipAdapterSearchesAsPublishedForTheDataSet(
      String dataSet, int templates, double alpha, double betaTop, double alphaTop) {
    for (String id : List.of(TipAdapter.ID, TipAdapterF.ID)) {
      Method method = PublishedDefaults.FEW_SHOT.method(explicitSettings(id), on(dataSet, 16));
      CacheSettings settings =
          method instanceof TipAdapterF trained
              ? trained.settings()
              : ((TipAdapter) method).settings();
      assertThat(settings.templates()).hasSize(templates);
      assertThat(settings.alpha()).isEqualTo(alpha);
      assertThat(settings.grid())
          .isEqualTo(new CacheGrid(List.of(betaTop, alphaTop), List.of(200, 20)));
    }
    Method stated =
        PublishedDefaults.FEW_SHOT.method(
            explicitSettings(TipAdapter.ID).with("alpha", 4), on(dataSet, 16));
    assertThat(((TipAdapter) stated).settings().alpha()).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"EuroSAT, 100", "pets, 20"})
  void tipAdapterFTrainsLongerOnEuroSat(String dataSet, int epochs) {
    TaskContext task = on(dataSet, 16);
    TrainedMethod method =
        PublishedDefaults.FEW_SHOT
            .method(explicitSettings(TipAdapterF.ID), task)
            .trained()
            .orElseThrow();
    assertThat(PublishedDefaults.FEW_SHOT.training(method, task).epochs()).isEqualTo(epochs);
  }

  /** Values of MMRL's {@code configs/trainers/MMRL} and {@code trainers/config.py}. */
  @ParameterizedTest
  @CsvSource({
    "BASE_TO_NEW, pets, 1, 512, 4, 10",
    "BASE_TO_NEW, FGVCAircraft, 6, 512, 4, 10",
    "BASE_TO_NEW, ImageNet, 0.5, 512, 32, 5",
    "BASE_TO_NEW, EuroSAT, 0.01, 2048, 4, 10",
    "FEW_SHOT, pets, 0.5, 512, 32, 50",
    "FEW_SHOT, OxfordPets, 0.2, 512, 32, 50",
    "FEW_SHOT, ImageNet, 0.5, 512, 32, 5",
    "TRANSFER, ImageNet, 0.2, 512, 32, 1",
    "TRANSFER, EuroSAT, 0.2, 2048, 32, 1"
  })
  void mmrlHasItsWeightAndTrainingByProtocolAndDataSet(
      PublishedDefaults preset,
      String dataSet,
      double weight,
      int dimension,
      int batch,
      int epochs) {
    Mmrl method = (Mmrl) preset.method(explicitSettings("mmrl"), on(dataSet, 16));
    assertThat(method)
        .isEqualTo(new Mmrl(5, Mmrl.DEFAULT_LAYERS, dimension, 0.7, weight, Templates.DEFAULT));
    TrainingSettings training =
        TrainingSettings.parse(
            SettingValues.of("augment", "published"), preset.training(method, on(dataSet, 16)), 1);
    assertThat(training.batchSize()).isEqualTo(batch);
    assertThat(training.schedule().epochs()).isEqualTo(epochs);
    assertThat(training.optimizer()).isEqualTo(new UpdateRule.Adam(0.9, 0.999, 1e-8, 5e-4, true));
    assertThat(training.schedule().rate(0, 0, 1))
        .isEqualTo(preset == PublishedDefaults.TRANSFER ? 0.001 : 1e-5);
    assertThat(training.augmentation().id()).isEqualTo("online");
    assertThat(training.augmentation().recipe().id())
        .isEqualTo("random_resized_crop(0.5,1.0),random_flip");
  }

  @Test
  void mmrlSeesTheTexturesAsZeroShotClipDoes() {
    Mmrl method =
        (Mmrl)
            PublishedDefaults.BASE_TO_NEW.method(
                explicitSettings("mmrl").with("weight", 3),
                new TaskContext("DescribableTextures", TEXTURES, 16, 1));
    assertThat(method.template()).isEqualTo("{} texture.");
    assertThat(method.weight()).isEqualTo(3);
  }
}
