package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.eval.Calibration;
import org.kgcoop.eval.Interval;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.Json;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.Predictions;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.runs.RunRecord;
import org.kgcoop.tensor.Engine;
import org.kgcoop.trial.ExperimentContext;

@Tag("system")
class AdaptationRunTest {
  private static final List<String> CLASSES = List.of("cat", "dog", "owl", "fox");

  @TempDir static Path shared;
  private static @Nullable Complete complete;

  @TempDir Path folder;
  private final Clip clip = TinyClip.smallest();
  private final List<String> warnings = new ArrayList<>();
  private final ExperimentContext context =
      new ExperimentContext(
          clip,
          FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {}))),
          Progress.SILENT,
          warnings::add,
          () -> false);

  @AfterEach
  void close() {
    clip.close();
  }

  private DataSet data(int train, int val, int test) {
    return TestImages.dataSet(folder.resolve("data"), CLASSES, train, val, test);
  }

  private AdaptRecord adapt(DataSet data, List<String> unseen, double minutes) {
    return AdaptationRun.run(
        context, new AdaptRequest(data, unseen, 9, minutes, 1), folder.resolve("out"));
  }

  /** An adaptation with all candidates, which takes the most time, for two tests. */
  private static final class Complete {
    final DataSet data;
    final Path out;
    final AdaptRecord record;

    Complete(Path folder, ExperimentContext context) {
      data = TestImages.dataSet(folder.resolve("data"), CLASSES, 2, 1, 2);
      out = folder.resolve("out");
      record = AdaptationRun.run(context, request(5), out);
    }

    AdaptRequest request(double minutes) {
      return new AdaptRequest(data, List.of(), 9, minutes, 1).comparing(AdaptRequest.comparable());
    }
  }

  private Complete complete() {
    Complete known = complete;
    if (known == null) {
      known = new Complete(shared, context);
      complete = known;
    }
    return known;
  }

  @Test
  void theMethodWithTheBestFigureOrASimplerOneIsTrainedOnAllImages() {
    AdaptRecord record = complete().record;
    assertThat(record.candidates().stream().map(AdaptRecord.Candidate::method))
        .isEqualTo(Candidates.SHORT_LIST);
    AdaptRecord.Choice choice = Objects.requireNonNull(record.choice());

    double best =
        record.candidates().stream().mapToDouble(AdaptRecord.Candidate::value).max().orElseThrow();
    for (AdaptRecord.Candidate each : record.candidates()) {
      assertThat(each.reason()).isEmpty();
      assertThat(each.behind()).isEqualTo(best - each.value());
      boolean asGood = each.pValue() > Selection.LEVEL;
      if (each.method().equals(choice.method())) {
        assertThat(asGood).isTrue();
        break;
      }
      assertThat(asGood).as("%s is simpler than %s", each, choice).isFalse();
    }
    // Training also uses the validation images.
    assertThat(record.images())
        .isEqualTo(
            new AdaptRecord.Images(
                12,
                12,
                0,
                4,
                3,
                3,
                new AdaptRecord.Copies(0, 0, List.of(), List.of()),
                List.of(),
                List.of(),
                List.of(),
                0,
                null));
    assertThat(record.result().expected()).isNotNull();
    assertThat(record.result().test()).isNotNull().matches(test -> test.images() == 8);
    Path out = complete().out;
    assertThat(AdaptRecord.read(out).map(Json::tree).map(JsonNode::toString))
        .contains(Json.tree(record).toString());
    assertThat(RunFolders.isComplete(out)).isTrue();
    assertThat(out.resolve(".adapt")).doesNotExist();
    ClassifierFile file = ClassifierFile.read(out.resolve("classifier.safetensors"));
    assertThat(file.method().id()).isEqualTo(choice.method());
    try (Classifier classifier = Classifier.of(file, clip, file.classNames())) {
      Path image = shared.resolve("data/test/cat/p0.png");
      assertThat(classifier.classify(image).top(4)).hasSize(4);
    }
    // A second call only reads the stored record.
    AdaptRecord again = AdaptationRun.run(context, complete().request(5), out);
    assertThat(Json.tree(again)).hasToString(Json.tree(record).toString());
    assertThatThrownBy(() -> AdaptationRun.run(context, complete().request(6), out))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("other settings (minutes: 5.0 before, 6.0 now)")
        .hasMessageContaining("delete the folder");
  }

  @Test
  void temperatureAndThresholdAreThoseOfTheHeldOutImagesAndImagesOfNoClassAreCompared()
      throws Exception {
    DataSet data = data(3, 0, 0);
    DataSet others = TestImages.dataSet(folder.resolve("others"), List.of("car", "hat"), 3, 0, 0);
    List<Path> unknown = others.train().stream().map(Item::file).toList();
    AdaptRecord record =
        AdaptationRun.run(
            context,
            new AdaptRequest(data, List.of(), 9, 1e-5, 1).with(false, unknown),
            folder.resolve("out"));
    AdaptRecord.Calibrated found = Objects.requireNonNull(record.result().calibration());
    Calibration stored =
        Objects.requireNonNull(
            ClassifierFile.read(ClassifierFile.in(folder.resolve("out"))).calibration());
    assertThat(found.images()).isEqualTo(12).isEqualTo(stored.images());
    assertThat(found.temperature()).isEqualTo(stored.temperature());
    assertThat(stored.by()).isEqualTo(Calibration.Origin.OUT_OF_FOLD);
    Calibration.Rejection rejection = Objects.requireNonNull(stored.rejection());
    assertThat(found.rejection()).isEqualTo(rejection);
    // The threshold is the smallest of 12 scores. On average, 12 of 13 new scores reach it.
    assertThat(rejection.keeps()).isCloseTo(12.0 / 13, within(1e-12));
    // Classify the same images with the classifier of the file.
    AdaptRecord.Unknown compared = Objects.requireNonNull(found.unknown());
    assertThat(compared.images()).isEqualTo(unknown.size());
    ClassifierFile file = ClassifierFile.read(ClassifierFile.in(folder.resolve("out")));
    int accepted = 0;
    try (Classifier classifier = Classifier.of(file, clip, file.classNames())) {
      for (Path image : unknown) {
        double largest = classifier.classify(image).top(1).get(0).probability();
        accepted += largest >= rejection.threshold() ? 1 : 0;
      }
    }
    assertThat(compared.accepted()).isCloseTo((double) accepted / unknown.size(), within(1e-9));
    assertThat(compared.auroc()).isBetween(0.0, 1.0);
  }

  @Test
  void comparesMethodsOnHiddenClassesIfNewClassesAreNeeded() {
    AdaptRecord record = adapt(data(2, 0, 1), List.of("wolf", "bear", "cow"), 5);
    for (AdaptRecord.Candidate each : record.candidates()) {
      boolean bound =
          List.of("probe", "lp++", "proker", "gap", "clap", "tip-adapter-f")
              .contains(each.method());
      assertThat(each.isMeasured()).as(each.toString()).isEqualTo(!bound);
    }
    assertThat(record.result().expectedUnseen()).isNotNull();
    ClassifierFile file =
        ClassifierFile.read(folder.resolve("out").resolve("classifier.safetensors"));
    assertThat(file.classNames())
        .containsExactly("cat", "dog", "fox", "owl", "wolf", "bear", "cow");
    try (Classifier classifier = Classifier.of(file, clip, file.classNames())) {
      assertThat(classifier.classNames()).contains("wolf");
    }
  }

  /**
   * The labels are arbitrary, so the accuracy on new images is 25 %. The three copies of each image
   * must not raise the expected accuracy.
   */
  @Test
  void copiesOfRandomImagesPromiseNothing() {
    DataSet data = data(2, 0, 1);
    List<Item> copies = new ArrayList<>();
    for (int i = 0; i < data.train().size(); i++) {
      Item item = data.train().get(i);
      int label = i % 4;
      for (int copy = 0; copy < 3; copy++) {
        copies.add(new Item(item.key() + copy, item.file(), label, data.classNames().get(label)));
      }
    }
    AdaptRecord record =
        AdaptationRun.run(
            context,
            new AdaptRequest(data.withImages(copies, List.of(), List.of()), List.of(), 0, 5, 1),
            folder.resolve("out"));
    assertThat(record.images().count()).isEqualTo(8);
    assertThat(record.images().copies().repeated()).isEqualTo(16);
    assertThat(record.result().expected())
        .isNotNull()
        .matches(expected -> expected.holds(25) && expected.accuracy() < 50);
  }

  @Test
  void testImagesThatRepeatTrainingImagesAreNamedAndNotMeasured() throws Exception {
    data(2, 0, 2);
    Path root = folder.resolve("data");
    Files.copy(root.resolve("train/cat/p0.png"), root.resolve("test/cat/stolen.png"));
    AdaptRecord record = adapt(TestImages.dataSet(root, CLASSES, 2, 0, 2), List.of(), 1e-5);
    assertThat(record.images().copies().inTest()).containsExactly("test/cat/stolen.png");
    assertThat(record.result().test()).isNotNull().matches(test -> test.images() == 8);
  }

  @Test
  void testImagesAreMeasuredAmongUnseenNamesToo() {
    AdaptRecord record = adapt(data(2, 0, 1), List.of("wolf"), 1e-5);
    Predictions.OfTarget test =
        Predictions.read(folder.resolve("out")).target("test").orElseThrow();
    assertThat(test.confusion()).as("the fifth name is wolf").hasSize(5);
    assertThat(record.result().expectedUnseen()).isNotNull();
  }

  @Test
  void withOneImageOfEachClassUnseenNamesFallBackToClip() {
    AdaptRecord record = adapt(data(1, 0, 0), List.of("wolf"), 5);
    assertThat(Objects.requireNonNull(record.choice()).method()).isIn("clip", "ensemble");
    assertThat(record.result().expected()).isNotNull();
    assertThat(record.result().expectedUnseen()).isNotNull();
    assertThat(record.images().single()).containsExactly("cat", "dog", "fox", "owl");
  }

  @Test
  void mistakesAreNamedByImageAndClass() {
    AdaptRecord record = adapt(data(3, 0, 0), List.of(), 1e-5);
    int asked = record.result().classes().stream().mapToInt(AdaptRecord.OfClass::asked).sum();
    int right = record.result().classes().stream().mapToInt(AdaptRecord.OfClass::right).sum();
    assertThat(record.result().classes().stream().map(AdaptRecord.OfClass::name))
        .containsExactly("cat", "dog", "fox", "owl");
    assertThat(asked).isEqualTo(12);
    assertThat(record.result().mistakes()).hasSize(asked - right).isNotEmpty();
    for (AdaptRecord.Mistake mistake : record.result().mistakes()) {
      assertThat(mistake.image()).startsWith("train/" + mistake.actual() + "/");
      assertThat(CLASSES).contains(mistake.predicted()).contains(mistake.actual());
      assertThat(mistake.predicted()).isNotEqualTo(mistake.actual());
    }
  }

  @Test
  void aBrokenImageIsNamedAndBlocksNoLaterAttempt() throws Exception {
    data(3, 0, 2);
    Path root = folder.resolve("data");
    List<Path> broken = List.of(root.resolve("train/cat/p2.png"), root.resolve("test/owl/p0.png"));
    for (Path file : broken) {
      Files.writeString(file, "no image");
    }
    DataSet damaged = DataSets.open(root, DataSetOptions.defaults(warning -> {}));
    assertThatThrownBy(() -> adapt(damaged, List.of(), 1e-5))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("2 of 20 images cannot be read")
        .hasMessageContaining("p2.png")
        .hasMessageContaining("owl")
        .hasMessageContaining("--skip-bad");
    AdaptRecord skipped =
        AdaptationRun.run(
            context,
            new AdaptRequest(damaged, List.of(), 9, 1e-5, 1).with(true, List.of()),
            folder.resolve("skipped"));
    assertThat(skipped.images().count()).isEqualTo(11);
    assertThat(skipped.images().unreadable()).hasSize(2);
    assertThat(skipped.result().test()).isNotNull().matches(test -> test.images() == 7);
    for (Path file : broken) {
      Files.delete(file);
    }
    DataSet mended = DataSets.open(root, DataSetOptions.defaults(warning -> {}));
    assertThat(adapt(mended, List.of(), 1e-5).choice()).isNotNull();
    assertThatThrownBy(
            () ->
                AdaptationRun.run(
                    context,
                    new AdaptRequest(mended, List.of(), 9, 1e-5, 1),
                    folder.resolve("skipped")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("cat: 5 images before, 4 now")
        .hasMessageContaining("owl: 5 images before, 4 now");
  }

  @Test
  void aRefusedRequestBlocksNoLaterOne() {
    DataSet data = data(2, 0, 1);
    List<Item> three = data.train().stream().filter(item -> item.label() < 3).toList();
    DataSet few = data.withImages(three, List.of(), List.of());
    assertThatThrownBy(() -> adapt(few, List.of("wolf"), 1e-5)).isInstanceOf(KgCoopException.class);
    assertThat(adapt(few, List.of(), 1e-5).choice()).isNotNull();
  }

  @Test
  void theDataAreNoPlaceForTheResult() {
    DataSet data = data(2, 0, 1);
    Path root = folder.resolve("data");
    for (Path place : List.of(root, root.resolve("train"), root.resolve("train/cat/out"))) {
      assertThatThrownBy(
              () ->
                  AdaptationRun.run(context, new AdaptRequest(data, List.of(), 9, 1e-5, 1), place))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("choose a folder outside of the data");
    }
    assertThat(root.resolve("adapt.json")).doesNotExist();
    assertThatThrownBy(
            () ->
                AdaptationRun.run(
                    context, new AdaptRequest(data, List.of(), 9, 1e-5, 1), Path.of("")))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("--out: expected a folder, got an empty text");
  }

  @Test
  void leavesOutFiguresThatCannotBeMeasured() {
    AdaptRecord record = adapt(data(1, 0, 1), List.of(), 5);
    AdaptRecord.Choice choice = Objects.requireNonNull(record.choice());
    assertThat(choice.method()).isIn("clip", "ensemble");
    assertThat(choice.why()).contains("Two images of each class");
    assertThat(record.candidates().stream().filter(AdaptRecord.Candidate::isMeasured)).hasSize(2);
    assertThat(record.result().expected()).isNotNull().matches(expected -> expected.images() == 4);
  }

  @Test
  void leavesOutAndNamesMethodsThatDoNotFitIntoTheTime() {
    AdaptRequest request =
        new AdaptRequest(data(2, 0, 1), List.of(), 9, 1e-5, 1).comparing(AdaptRequest.comparable());
    AdaptRecord record = AdaptationRun.run(context, request, folder.resolve("out"));
    assertThat(record.choice()).isNotNull();
    assertThat(record.candidates().get(0).isMeasured()).isTrue();
    AdaptRecord.LeftOut leftOut =
        Objects.requireNonNull(record.candidates().get(Candidates.SHORT_LIST.size() - 1).leftOut());
    assertThat(leftOut.why()).contains("--minutes");
    assertThat(leftOut.outOfTime()).isTrue();
    assertThat(record.irreproducible()).contains("TCP", "--minutes");
    assertThat(Json.tree(record).path("irreproducible").asText()).contains("TCP");
  }

  @Test
  void reportsCopiesAndContradictions() throws Exception {
    DataSet data = data(2, 0, 1);
    Path train = folder.resolve("data/train");
    Files.copy(train.resolve("cat/p0.png"), train.resolve("cat/copy.png"));
    Files.copy(train.resolve("cat/p1.png"), train.resolve("dog/stray.png"));
    BufferedImage near = ImageIO.read(train.resolve("owl/p0.png").toFile());
    near.setRGB(0, 0, near.getRGB(0, 0) ^ 1);
    assertThat(ImageIO.write(near, "png", train.resolve("owl/near.png").toFile())).isTrue();
    BufferedImage other = ImageIO.read(train.resolve("fox/p0.png").toFile());
    other.setRGB(0, 0, other.getRGB(0, 0) ^ 1);
    assertThat(ImageIO.write(other, "png", train.resolve("dog/near.png").toFile())).isTrue();
    AdaptRecord record =
        adapt(TestImages.dataSet(folder.resolve("data"), CLASSES, 2, 0, 1), List.of(), 1e-5);
    assertThat(data.train()).hasSize(8);
    assertThat(record.images().count()).as("training uses one copy").isEqualTo(11);
    assertThat(record.images().copies().repeated()).isEqualTo(1);
    assertThat(record.images().copies().contradictions())
        .as("equal bytes, and a near copy")
        .containsExactly(
            "train/cat/p1.png = train/dog/stray.png", "train/dog/near.png = train/fox/p0.png");
    assertThat(record.result().suspects())
        .extracting(AdaptRecord.Suspect::image)
        .contains("train/dog/near.png", "train/fox/p0.png");
    assertThat(record.images().copies().near())
        .as("the stray image, the one of owl and the one of fox")
        .isEqualTo(6);
  }

  @Test
  void anUnreadableImageOfNoClassIsSkippedAndNamed() throws Exception {
    DataSet data = data(2, 0, 0);
    Path others =
        TestImages.dataSet(folder.resolve("others"), List.of("car", "hat"), 1, 0, 0)
            .train()
            .get(0)
            .file();
    Path broken = Files.writeString(folder.resolve("broken.png"), "no image");
    Path absent = folder.resolve("absent.png");
    AdaptRequest request = new AdaptRequest(data, List.of(), 9, 1e-5, 1);
    List<Path> unknown = List.of(others, broken, absent);
    assertThatThrownBy(
            () ->
                AdaptationRun.run(context, request.with(false, unknown), folder.resolve("refused")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("broken.png");
    AdaptRecord record =
        AdaptationRun.run(context, request.with(true, unknown), folder.resolve("skipped"));
    assertThat(record.images().unreadable())
        .hasSize(2)
        .anyMatch(line -> line.contains("broken.png"))
        .anyMatch(line -> line.contains("absent.png"));
    AdaptRecord.Calibrated calibration = Objects.requireNonNull(record.result().calibration());
    assertThat(calibration.unknown()).isNotNull().matches(each -> each.images() == 1);
  }

  @Test
  void anUnreadableImageEndsTheEncoding() throws Exception {
    List<String> many = IntStream.range(0, 20).mapToObj(i -> "class" + i).toList();
    DataSet data = TestImages.dataSet(folder.resolve("many"), many, 20, 0, 0);
    for (Item item : data.train().subList(0, 200)) { // a half, so that one of them is early
      Files.writeString(item.file(), "no image: " + item.key());
    }
    assertThatThrownBy(() -> adapt(data, List.of(), 5))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("90 of 180 images cannot be read"); // nine images per class
    assertThat(context.cache().missing(data.train())).hasSizeGreaterThan(350);
  }

  /** A slow computer has taken an hour before it compares methods. */
  @Test
  void withoutALimitTheClockDecidesNothing() {
    DataSet data = data(2, 0, 0);
    AdaptRequest request = new AdaptRequest(data, List.of(), 9, AdaptRequest.NO_LIMIT, 1);
    long hourAgo = System.nanoTime() - 3_600_000_000_000L;
    AdaptRecord slow = AdaptationRun.run(context, request, folder.resolve("slow"), hourAgo);
    AdaptRecord fast = AdaptationRun.run(context, request, folder.resolve("fast"));
    assertThat(slow.plan()).isEqualTo(fast.plan());
    assertThat(slow.plan().methods())
        .isEqualTo(Candidates.SHORT_LIST.subList(0, Candidates.SHORT_LIST.size() - 2));
    assertThat(slow.candidate("kgcoop"))
        .hasValueSatisfying(
            each -> {
              assertThat(each.reason()).contains("--unseen", "--methods kgcoop");
              assertThat(Objects.requireNonNull(each.leftOut()).outOfTime()).isFalse();
            });
    assertThat(slow.irreproducible()).isEmpty();
    assertThat(ClassifierFile.in(folder.resolve("slow")))
        .hasSameBinaryContentAs(ClassifierFile.in(folder.resolve("fast")));
  }

  @Test
  void onlyTheNamedMethodsAndClipAreCompared() {
    DataSet data = data(2, 0, 0);
    AdaptRequest request =
        new AdaptRequest(data, List.of(), 9, AdaptRequest.NO_LIMIT, 1).comparing(List.of("gda"));
    AdaptRecord record = AdaptationRun.run(context, request, folder.resolve("out"));
    assertThat(record.plan().methods()).containsExactly("clip", "gda");
    assertThat(record.settings().methods()).containsExactly("gda");
    assertThatThrownBy(() -> request.comparing(List.of("kgcop")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("got 'kgcop'")
        .hasMessageContaining("kgcoop");
  }

  /** All images of a class are in the audit, and a fold asks for five of the six. */
  @Test
  void anImageOfAnAuditCountsOnce() {
    DataSet data = data(6, 0, 0);
    Set<String> audit =
        data.train().stream()
            .map(Item::key)
            .filter(key -> key.contains("/fox/") || key.endsWith("/p0.png"))
            .collect(Collectors.toSet());
    assertThat(audit).as("six of fox, and one of each other class").hasSize(9);
    LabelSource source =
        new LabelSource(
            new AdaptRecord.Labels(AdaptRecord.Labels.Origin.CHOSEN, "", audit.size(), 0), audit);
    AdaptRequest request =
        new AdaptRequest(data, List.of(), 9, AdaptRequest.NO_LIMIT, 1)
            .comparing(List.of("gda"))
            .with(source);
    AdaptRecord record = AdaptationRun.run(context, request, folder.resolve("out"));
    assertThat(record.result().expected())
        .isNotNull()
        .matches(each -> each.images() == 9)
        .matches(each -> each.accuracy() <= 100 * 3 / 9.0 + 1e-9, "six of nine are wrong");
  }

  @Test
  void rejectsImpossibleSettings() {
    DataSet data = data(2, 0, 1);
    assertThatThrownBy(() -> adapt(data, List.of("dog"), 5))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("unseen class 'dog': it is the same name as 'dog' of data; leave it out");
    assertThatThrownBy(() -> adapt(data, List.of("_Dog"), 5))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("unseen class '_Dog': it is the same name as 'dog' of data; leave it out");
    assertThatThrownBy(() -> adapt(data, List.of("sea lion", "sea_lion"), 5))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("unseen class 'sea_lion': it is the same name as 'sea lion'; leave it out");
    assertThatThrownBy(() -> adapt(data, List.of(), 0))
        .isInstanceOf(KgCoopException.class)
        .hasMessage("minutes: expected above 0, got 0.0");
    List<Item> three = data.train().stream().filter(item -> item.label() < 3).toList();
    DataSet few = data.withImages(three, List.of(), List.of());
    assertThatThrownBy(() -> adapt(few, List.of("wolf"), 5))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("among 3 classes, at least 4 are needed; leave --unseen out");
  }

  @Test
  void unequalClassesAreLearnedAsTheyAre() {
    DataSet data = data(8, 0, 1);
    List<Item> unequal =
        IntStream.range(0, data.train().size())
            .filter(i -> i >= 21) // three of fox and eight of owl
            .mapToObj(i -> data.train().get(i))
            .toList();
    List<Item> all = new ArrayList<>(List.of(data.train().get(0), data.train().get(8)));
    all.addAll(unequal);
    AdaptRecord record = adapt(data.withImages(all, List.of(), List.of()), List.of(), 1e-5);
    assertThat(record.images().fewest()).isEqualTo(1);
    assertThat(record.images().most()).isEqualTo(8);
    assertThat(record.choice()).isNotNull();
    assertThat(record.result().test()).isNull();
    assertThat(record.images().single()).containsExactly("cat", "dog");
    assertThat(
            RunRecord.read(folder.resolve("out"))
                .map(run -> run.settings().path("data").path("shots").asInt(-1)))
        .as("0 for all images, because the classes differ in size")
        .contains(0);
    assertThat(record.result().expectedBalanced())
        .isNotNull()
        .matches(expected -> expected.images() == 13, "with zero-shot answers for the two classes");
    assertThat(record.result().expected())
        .isNotNull()
        .matches(expected -> expected.images() == 13, "with zero-shot answers for the two classes");
  }

  private void repeat(AdaptRequest request, AdaptRecord record, Path before, Path out) {
    int threads = Engine.threads();
    Engine.setThreads(1);
    try {
      AdaptRecord again = AdaptationRun.run(context, request.with(record.plan()), out);
      assertThat(again.plan()).isEqualTo(record.plan());
      assertThat(again.irreproducible()).isEmpty();
    } finally {
      Engine.setThreads(threads);
    }
    assertThat(ClassifierFile.in(out)).hasSameBinaryContentAs(ClassifierFile.in(before));
  }

  @Test
  @Tag("equality")
  void aRepeatedPlanGivesTheSameClassifierOnOneThread() {
    assertThat(complete().record.plan().methods()).isEqualTo(Candidates.SHORT_LIST);
    repeat(complete().request(5), complete().record, complete().out, folder.resolve("again"));
  }

  /**
   * The time is up after two images of each class, or after those whose encoding had begun. The
   * others are still read.
   */
  @Test
  void imagesThatDoNotFitIntoTheTimeAreCountedAndChecked() throws Exception {
    DataSet data = data(12, 0, 0);
    Path broken = folder.resolve("data/train/cat/p5.png");
    Files.writeString(broken, "no image");
    AdaptRequest request = new AdaptRequest(data, List.of(), 0, 1e-5, 1).with(true, List.of());
    AdaptRecord record = AdaptationRun.run(context, request, folder.resolve("out"));
    int perClass = record.plan().perClass();
    assertThat(perClass).isBetween(2, 8);
    assertThat(record.images().count()).isBetween(4 * perClass - 1, 4 * perClass);
    assertThat(record.images().available()).isEqualTo(47);
    assertThat(record.images().unreadable()).hasSize(1).first().asString().contains("p5.png");
    assertThat(record.images().unchecked()).isZero();
    assertThat(warnings).anyMatch(line -> line.contains("give more --minutes for all"));
    assertThat(record.irreproducible()).contains("images", "--plan");
    repeat(request, record, folder.resolve("out"), folder.resolve("again"));
  }

  @Test
  void rejectsTooLittleTimeForTwoImagesOfEachClass() {
    List<String> many = IntStream.range(0, 33).mapToObj(i -> "class" + i).toList();
    DataSet data = TestImages.dataSet(folder.resolve("many"), many, 2, 0, 0);
    assertThatThrownBy(() -> adapt(data, List.of(), 1e-5))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("two images of each of 33 classes cannot be encoded in the time")
        .hasMessageContaining("give --minutes ");
    assertThat(folder.resolve("out/adapt.json")).doesNotExist();
  }

  @Test
  void chosenLabelsPromiseOnlyWhatAnAuditMeasures() throws Exception {
    DataSet data = data(6, 0, 0);
    Path root = folder.resolve("data");
    AdaptRequest request = new AdaptRequest(data, List.of(), 0, 1e-5, 1);
    AdaptRecord stated =
        AdaptationRun.run(
            context,
            request.with(LabelSource.of(root, data, AdaptRecord.Labels.Origin.CHOSEN)),
            folder.resolve("stated"));
    assertThat(stated.result().expected()).isNull();

    Files.writeString(root.resolve("labels.jsonl"), "{\"image\":\"p0.png\",\"label\":\"cat\"}\n");
    assertThat(LabelSource.of(root, data, null)).isEqualTo(LabelSource.UNSTATED);

    Files.writeString(
        root.resolve("labels.jsonl"),
        """
        {"op":"start","format":2,"seed":1,"clip":"","images":9,"list":"","page":20,"audit":2,"target":90}
        {"op":"images","images":["none.png"],"audit":["train/dog/p0.png","train/owl/p1.png","train/fox/p1.png","none.png"]}
        {"op":"page","step":1,"kind":"page","labels":{"train/cat/p0.png":0}}
        {"op":"page","step":2,"kind":"audit","labels":{"train/dog/p0.png":1,"train/owl/p1.png":2}}
        {"op":"page","step":3,"kind":"audit","labels":{"train/fox/p1.png":3,"none.png":-1}}
        {"op":"page","step":4,"kind":"audit","labels":{"train/fox/p2.png":3}}
        {"op":"undo","step":4}
        {"op":"page","step":5,"kind":"aud""");
    LabelSource source = LabelSource.of(root, data, null);
    assertThat(source.audit())
        .containsExactlyInAnyOrder("train/dog/p0.png", "train/owl/p1.png", "train/fox/p1.png");
    assertThat(LabelSource.of(root, data, AdaptRecord.Labels.Origin.RANDOM))
        .as("the statement decides")
        .isEqualTo(LabelSource.stated(AdaptRecord.Labels.Origin.RANDOM));
    AdaptRecord audited =
        AdaptationRun.run(context, request.with(source), folder.resolve("audited"));
    AdaptRecord.Accuracy expected = Objects.requireNonNull(audited.result().expected());
    Interval limits = Interval.ofShare((int) Math.round(expected.accuracy() * 3 / 100), 3, 0.95);
    assertThat(expected.images()).isEqualTo(3);
    assertThat(audited.result().expectedBalanced()).isNull();
    assertThat(expected.low()).isCloseTo(100 * limits.low(), within(1e-9));
    assertThat(expected.high()).isCloseTo(100 * limits.high(), within(1e-9));
    assertThat(Objects.requireNonNull(audited.result().calibration()).images()).isEqualTo(3);
    assertThat(audited.images().count()).as("the audit trains the final classifier").isEqualTo(24);

    Files.writeString(
        root.resolve("labels.jsonl"),
        "{\"op\":\"start\",\"format\":1,\"seed\":1,\"images\":9,\"page\":20,\"audit\":2,\"target\":90}\nno json\n");
    assertThatThrownBy(() -> LabelSource.of(root, data, null))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("labels.jsonl, line 2: expected a JSON object");
  }

  @Test
  void unchangedProposalsOfAClassifierPromiseNothing() {
    DataSet data = data(3, 0, 0);
    Path root = folder.resolve("data/train");
    DataSet sorted = DataSets.open(root, DataSetOptions.defaults(warning -> {}).undivided());
    Map<String, String> proposed = new TreeMap<>();
    sorted.train().forEach(item -> proposed.put(item.key(), item.className()));
    new SortedFolder("zero-shot", null, clip.fingerprint(), null, proposed).write(root);
    LabelSource source = LabelSource.of(root, sorted, null);
    AdaptRecord record =
        AdaptationRun.run(
            context,
            new AdaptRequest(sorted, List.of(), 0, 1e-5, 1).with(source),
            folder.resolve("out"));
    assertThat(data.train()).hasSize(12);
    assertThat(record.result().expected()).isNull();
    assertThat(record.labels().proposals()).isEqualTo(12);
    assertThat(record.labels().source()).contains(".kgcoop-sorted.json");
    assertThat(LabelSource.of(root, sorted, AdaptRecord.Labels.Origin.RANDOM).labels().proposals())
        .isZero();
  }

  /** Good and Turing: 2 of 6 images are the only one of their class. */
  @Test
  void randomImagesOfManyClassesPromiseNothingForClassesThatNobodyDrew() {
    DataSet data = data(3, 0, 0);
    List<Item> drawn =
        data.train().stream()
            .filter(
                item ->
                    item.label() < 2
                        ? !item.key().endsWith("p2.png")
                        : item.key().endsWith("p0.png"))
            .toList();
    AdaptRequest request =
        new AdaptRequest(data.withImages(drawn, List.of(), List.of()), List.of(), 0, 1e-5, 1);
    AdaptRecord unstated = AdaptationRun.run(context, request, folder.resolve("unstated"));
    AdaptRecord random =
        AdaptationRun.run(
            context,
            request.with(LabelSource.stated(AdaptRecord.Labels.Origin.RANDOM)),
            folder.resolve("random"));
    assertThat(Objects.requireNonNull(random.result().expected()).accuracy())
        .isCloseTo(
            Objects.requireNonNull(unstated.result().expected()).accuracy() * 4 / 6, within(1e-9));
    assertThat(random.images().newClasses()).isCloseTo(2.0 / 6, within(1e-9));
  }
}
