package org.kgcoop.tags;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.kgcoop.tags.TagMeasurement.By;
import org.kgcoop.tags.TagMeasurement.Promise;
import org.kgcoop.tags.TagMeasurement.Threshold;

class LearnedTagTest {
  private static final Threshold BEST = new Threshold(0.5, 40);
  private static final Promise FOLDS = new Promise(41, 30, 41, 56, 80);

  private static LearnedTag tag(TagMeasurement measured) {
    return LearnedTag.of("beach", measured, 70, true);
  }

  @Test
  void aTagOfTheFoldsHasTheirPromiseAndTheThresholdOfTheLargestF1() {
    LearnedTag tag = tag(new TagMeasurement(By.FOLDS, 33, 33, BEST, FOLDS, null));
    assertThat(tag).isEqualTo(new LearnedTag("beach", 0.5, By.FOLDS, 40, 56, 80, true));
    assertThat(tag.isReachedBy(0.5f)).isTrue();
    assertThat(tag.isReachedBy(Math.nextDown(0.5f))).isFalse();
  }

  @Test
  void aStrictTagPromisesTheWishAndItsRecallIsNotMeasured() {
    Threshold strict = new Threshold(0.8, 20);
    LearnedTag tag = tag(new TagMeasurement(By.STRICT, 33, 33, BEST, FOLDS, strict));
    assertThat(tag).isEqualTo(new LearnedTag("beach", 0.8, By.STRICT, 20, 70, null, true));
    assertThat(tag.isReachedBy(0.7f)).isFalse();
    assertThat(tag.isReachedBy(0.9f)).isTrue();
  }

  @Test
  void aTagBelowTheWishOrNotMeasuredIsReachedByNoScoreUntilItIsChecked() {
    LearnedTag below = tag(new TagMeasurement(By.BELOW, 33, 33, BEST, FOLDS, null));
    assertThat(below.promise()).isEqualTo(56);
    LearnedTag few = tag(new TagMeasurement(By.NOT_MEASURED, 3, 3, BEST, null, null));
    assertThat(few).isEqualTo(new LearnedTag("beach", 0.5, By.NOT_MEASURED, 40, null, null, true));
    for (LearnedTag tag : new LearnedTag[] {below, few}) {
      assertThat(tag.isReachedBy(Float.MAX_VALUE)).isFalse();
      LearnedTag checked = tag.checked(85);
      assertThat(checked).isEqualTo(new LearnedTag("beach", 0.5, By.CHECKED, 40, 85, null, true));
      assertThat(checked.isReachedBy(0.5f)).isTrue();
    }
  }

  @Test
  void aTagOnNoImageCannotBeLearned() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> tag(new TagMeasurement(By.NOT_MEASURED, 0, 0, null, null, null)))
        .withMessage("no image has the tag beach");
  }
}
