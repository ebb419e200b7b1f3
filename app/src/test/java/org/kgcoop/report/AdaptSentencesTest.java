package org.kgcoop.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.kgcoop.eval.Calibration;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.AdaptRecord.Labels.Origin;

class AdaptSentencesTest {
  private static final AdaptRecord.Accuracy EXPECTED = new AdaptRecord.Accuracy(78.2, 67, 87, 40);
  private static final AdaptRecord.Copies COPIES =
      new AdaptRecord.Copies(0, 0, List.of(), List.of());

  private static AdaptRecord.Images images(int fewest, int most, List<String> single) {
    return images(fewest, most, COPIES, single);
  }

  private static AdaptRecord.Images images(
      int fewest, int most, AdaptRecord.Copies copies, List<String> single) {
    return new AdaptRecord.Images(
        6, 6, 0, 4, fewest, most, copies, single, List.of(), List.of(), single.size(), null);
  }

  private static AdaptSentences of(
      AdaptRecord.Labels labels,
      AdaptRecord.Images images,
      AdaptRecord.@Nullable Accuracy expected) {
    AdaptRecord.Plan plan = new AdaptRecord.Plan(8, 0, 0);
    AdaptRecord.Result result =
        new AdaptRecord.Result(
            expected, expected, null, List.of(new AdaptRecord.OfClass("cat", 4, 3)), List.of());
    AdaptRecord begun = AdaptRecord.begun(AdaptRecord.Settings.NONE, plan, labels, images);
    return new AdaptSentences(
        begun.with(result).with(new AdaptRecord.Choice("clip", "CLIP", "It is.")));
  }

  private static AdaptRecord.Labels labels(Origin origin) {
    return new AdaptRecord.Labels(origin, "", 0, 0);
  }

  @Test
  void anExpectationBeginsAndEndsWithItsConditions() {
    assertThat(of(labels(Origin.UNSTATED), images(8, 8, List.of()), EXPECTED).expectations())
        .hasSize(3)
        .satisfies(
            lines -> {
              assertThat(lines.get(0))
                  .startsWith("The estimate holds for new images from the same sources.");
              assertThat(lines.get(1))
                  .isEqualTo("Of 100 new images like these, expect 78 right (95 %: 67 to 87).");
              assertThat(lines.get(2)).startsWith("This holds if you labeled all images");
            });
    assertThat(of(labels(Origin.RANDOM), images(1, 8, List.of()), EXPECTED).expectations())
        .anyMatch(line -> line.contains("with the same mix of classes"))
        .anyMatch(line -> line.contains("with equally frequent classes"));
  }

  @Test
  void chosenLabelsPromiseOnlyWhatAnAuditMeasures() {
    AdaptRecord.Images all = images(8, 8, List.of());
    assertThat(of(labels(Origin.CHOSEN), all, null).expectations())
        .singleElement()
        .asString()
        .startsWith("Accuracy: unknown. The labels were chosen");
    AdaptRecord.Labels proposed =
        new AdaptRecord.Labels(Origin.CHOSEN, "pets/.kgcoop-sorted.json", 0, 5);
    assertThat(of(proposed, all, null).expectations())
        .singleElement()
        .asString()
        .contains("5 of 6 labels are proposals of a classifier", "delete pets/.kgcoop-sorted.json");
    assertThat(of(labels(Origin.CHOSEN), all, EXPECTED).expectations())
        .last()
        .asString()
        .endsWith("expect 78 right (95 %: 67 to 87), from 40 random images.");
  }

  @Test
  void contradictionsAndClassesOfOneImageAreDoubts() {
    AdaptRecord.Copies two = new AdaptRecord.Copies(0, 2, List.of("a = b", "c = d"), List.of());
    assertThat(of(labels(Origin.RANDOM), images(8, 8, two, List.of()), EXPECTED).doubts())
        .singleElement()
        .asString()
        .startsWith("2 pairs of equal or nearly equal images have two labels");
    AdaptRecord.Images rare = images(1, 8, List.of("cat", "dog")); // of 6 images: a third
    assertThat(of(labels(Origin.UNSTATED), rare, EXPECTED).doubts())
        .anyMatch(line -> line.startsWith("If you drew the images at random, about 33 %"));
    assertThat(of(labels(Origin.RANDOM), rare, EXPECTED).doubts())
        .anyMatch(line -> line.startsWith("About 33 % of new images show classes"));
  }

  /** A class of eight images of one object is no class of one image. */
  @Test
  void aClassOfOneObjectIsADoubtInFrontOfTheFigure() {
    List<String> one = List.of("cat", "dog");
    AdaptRecord.Images images =
        new AdaptRecord.Images(32, 32, 0, 4, 8, 8, COPIES, one, one, List.of(), 0, null);
    assertThat(images.newClasses()).isZero();
    List<String> lines = of(labels(Origin.RANDOM), images, EXPECTED).expectations();
    assertThat(lines.get(1))
        .isEqualTo(
            "In 2 of 4 classes, all images show one object. The accuracy on other objects is"
                + " unknown.");
    assertThat(lines.get(2)).startsWith("Of 100 new images");
    assertThat(lines).noneMatch(line -> line.contains("classes that are not here"));
  }

  @Test
  void anIntervalThatSaysNothingIsNoExpectation() {
    AdaptRecord.Accuracy wide = new AdaptRecord.Accuracy(99, 38, 99, 4);
    assertThat(of(labels(Origin.RANDOM), images(8, 8, List.of()), wide).expectations())
        .last()
        .isEqualTo(
            "There are too few images to say how many of 100 new images like these are right.");
  }

  /** Of 200 held-out images of two classes, 180 are right. Other objects may fare worse. */
  @Test
  void aMethodThatRecognizesKnownObjectsIsBetterThanGuessing() {
    AdaptRecord.FewObjects few = new AdaptRecord.FewObjects(4, 40, 10);
    AdaptRecord.Images images =
        new AdaptRecord.Images(
            200, 200, 0, 2, 100, 100, COPIES, List.of(), List.of(), List.of(), 0, few);
    AdaptRecord.Accuracy expected = new AdaptRecord.Accuracy(51, 38, 93, 200);
    AdaptRecord.OfClass pile = new AdaptRecord.OfClass("pile", 200, 180);
    AdaptRecord record = of(labels(Origin.RANDOM), images, expected).record();
    assertThat(
            new AdaptSentences(
                    record.with(
                        new AdaptRecord.Result(expected, expected, null, List.of(pile), List.of())))
                .doubts())
        .singleElement()
        .asString()
        .startsWith("These images seem to show few objects");
  }

  @Test
  void aCalibrationWithoutOtherImagesSaysSo() {
    AdaptSentences sentences = of(labels(Origin.RANDOM), images(8, 8, List.of()), EXPECTED);
    assertThat(sentences.calibration()).isEmpty();
    AdaptRecord.Calibrated found =
        new AdaptRecord.Calibrated(1, 6, new Calibration.Rejection(0.268, 0.95, 0.92, 0.971), null);
    AdaptRecord record = sentences.record();
    assertThat(
            new AdaptSentences(record.with(record.result().trained(null, found, List.of())))
                .calibration())
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .startsWith("If the top probability is below 26.8 %, reject the image.")
                    .contains("accepts 95 %", "(95 %: 92 to 97)", "--unknown")
                    .doesNotContain("23 %"),
            line -> assertThat(line).startsWith("No temperature was found"));
  }

  @Test
  void weakWeightsOfOpenAiNameNewerOnes() {
    AdaptRecord record =
        of(labels(Origin.RANDOM), images(8, 8, List.of()), EXPECTED).record().with(zeroShot(59.9));
    assertThat(new AdaptSentences(record).newerWeights("/home/me/.cache/clip/ViT-B-16.pt"))
        .hasValueSatisfying(
            line ->
                assertThat(line)
                    .startsWith("Without training, these weights of OpenAI classify only 59.9 %")
                    .endsWith("such as --clip ViT-B/32-256."));
    for (String other : List.of("models/clip-finetuned.pt", "embedded", "")) {
      assertThat(new AdaptSentences(record).newerWeights(other)).isEmpty();
    }
    for (double value : new double[] {60, Double.NaN}) {
      assertThat(new AdaptSentences(record.with(zeroShot(value))).newerWeights("ViT-B-16.pt"))
          .isEmpty();
    }
  }

  private static List<AdaptRecord.Candidate> zeroShot(double value) {
    return List.of(new AdaptRecord.Candidate("clip", "CLIP", value, 0, 1, 1, null));
  }

  @Test
  void theImagesLearnedFromNameTheLimitOfTime() {
    AdaptRecord.Images some =
        new AdaptRecord.Images(
            32, 47, 0, 4, 7, 8, COPIES, List.of(), List.of(), List.of(), 0, null);
    assertThat(of(labels(Origin.RANDOM), some, EXPECTED).learnedFrom())
        .isEqualTo("32 of 47 images, because of --minutes, of 4 classes, 7 to 8 per class");
  }
}
