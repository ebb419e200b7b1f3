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
    return new AdaptRecord.Images(6, 6, 0, 4, fewest, most, copies, single, List.of(), 6, null);
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
        begun.with(result).with(new AdaptRecord.Choice("clip", "CLIP", "It has the best figure.")));
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
              assertThat(lines.get(0)).startsWith("This is about images from the same sources.");
              assertThat(lines.get(1))
                  .isEqualTo("Of 100 new images like these, expect 78 right (95 %: 67 to 87).");
              assertThat(lines.get(2)).startsWith("This holds if you labeled images as they came.");
            });
    assertThat(of(labels(Origin.RANDOM), images(1, 8, List.of()), EXPECTED).expectations())
        .anyMatch(line -> line.contains("with classes as frequent as here"))
        .anyMatch(line -> line.contains("if every class is equally frequent"));
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
        .isEqualTo(
            "Of 100 new images of these classes, expect 78 right (95 %: 67 to 87), from 40 random"
                + " images.");
  }

  @Test
  void anIntervalIsRoundedOutwards() {
    AdaptRecord.Accuracy measured = new AdaptRecord.Accuracy(90, 55.9, 99.1, 10);
    assertThat(of(labels(Origin.CHOSEN), images(8, 8, List.of()), measured).newImages())
        .hasValueSatisfying(line -> assertThat(line).contains("(95 %: 55 to 100)"));
    assertThat(of(labels(Origin.CHOSEN), images(8, 8, List.of()), null).newImages()).isEmpty();
  }

  @Test
  void imagesThatResembleOthersAreADoubtWithoutAnOption() {
    AdaptRecord.Copies burst =
        new AdaptRecord.Copies(
            0, 0, List.of(), List.of(), new AdaptRecord.Similar(3, "a.jpg", "b.jpg"));
    AdaptSentences sentences = of(labels(Origin.RANDOM), images(8, 8, burst, List.of()), EXPECTED);
    assertThat(sentences.similar())
        .contains(
            "3 of 6 images resemble an image that is not in their group, such as a.jpg and b.jpg."
                + " If they show the same thing, as in a burst, fewer new images are right than"
                + " expected.");
    assertThat(sentences.doubts()).contains(sentences.similar().orElseThrow());
    assertThat(of(labels(Origin.RANDOM), images(8, 8, List.of()), EXPECTED).similar()).isEmpty();
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
                    .startsWith("Below 26.8 %, treat an image as none of these: this keeps 95 %")
                    .contains("(95 %: 92 to 97)", "--unknown"),
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
        new AdaptRecord.Images(32, 47, 0, 4, 7, 8, COPIES, List.of(), List.of(), 32, null);
    assertThat(of(labels(Origin.RANDOM), some, EXPECTED).learnedFrom())
        .isEqualTo("32 of 47 images, because of --minutes, of 4 classes, 7 to 8 per class");
  }
}
