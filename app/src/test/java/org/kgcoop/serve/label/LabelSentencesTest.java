package org.kgcoop.serve.label;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.kgcoop.label.Accuracy;
import org.kgcoop.label.Share;
import org.kgcoop.label.Status;
import org.kgcoop.label.UndoOffer;

class LabelSentencesTest {
  private static final Accuracy.Joined NOTHING = new Accuracy.Joined(0, 0);
  private static final Share FOLDER = new Share(0.8799, 0.936, 0.861, 0.988, 40);
  private static final Share NEW = new Share(0.7, 0.81, 0.67, 0.91, 40);

  private static LabelSentences of(Accuracy accuracy) {
    return new LabelSentences(
        new Status(List.of(), 300, 300, 180, 0, 0, 0, 50, 40, 90, 0, 0.9, false, List.of()),
        accuracy);
  }

  private static Accuracy measured(
      Share folder, Optional<Share> newImages, Accuracy.Joined joined) {
    return new Accuracy(
        Accuracy.State.MEASURED, Optional.of(folder), Optional.empty(), 0, newImages, joined);
  }

  @Test
  void nothingIsSaidWithoutAMeasurement() {
    LabelSentences none =
        of(
            new Accuracy(
                Accuracy.State.NOT_MEASURED,
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                NOTHING));
    assertThat(none.header()).isEqualTo("accuracy: not measured yet");
    assertThat(none.detail()).isEmpty();
    assertThat(none.end()).containsExactly("Accuracy: not measured yet.");
  }

  @Test
  void aLimitIsRoundedDownAndAnIntervalOutwards() {
    LabelSentences some = of(measured(FOLDER, Optional.of(NEW), NOTHING));
    assertThat(some.header()).isEqualTo("at least 87 %");
    assertThat(some.detail()).isEqualTo("estimate 94 % (86 to 99), from 40 random images");
    assertThat(some.end())
        .containsExactly(
            "At least 87 % of the labels agree with yours (estimate 94 %;"
                + " 95 % interval: 86 to 99), from 40 random images. Your own mistakes are not"
                + " counted.");
  }

  @Test
  void anEstimateOf100PercentNeedsThatNothingWasWrong() {
    Share almost = new Share(0.97, 0.998, 0.96, 1, 50);
    assertThat(of(measured(almost, Optional.empty(), NOTHING)).detail())
        .isEqualTo("estimate 99 % (96 to 100), from 50 random images");
    Share exact = new Share(0.29, 1, 0.29, 1, 50); // 100 * 0.29 is below 29 in binary
    assertThat(of(measured(exact, Optional.empty(), NOTHING)).detail())
        .isEqualTo("estimate 100 % (29 to 100), from 50 random images");
  }

  @Test
  void imagesThatJoinedAreNotMeasuredYet() {
    LabelSentences joined = of(measured(FOLDER, Optional.empty(), new Accuracy.Joined(220, 20)));
    assertThat(joined.end())
        .last()
        .isEqualTo(
            "220 images joined; their accuracy is not measured yet (measure now: 20 images)");
  }

  @Test
  void aFolderThatIsLabeledOrCheckedHasNoEstimate() {
    Accuracy all =
        new Accuracy(
            Accuracy.State.ALL_LABELED,
            Optional.empty(),
            Optional.empty(),
            0,
            Optional.empty(),
            NOTHING);
    assertThat(of(all).header()).isEqualTo("all labeled");
    assertThat(of(all).end()).containsExactly("You labeled all 300 images.");
    Accuracy checked =
        new Accuracy(
            Accuracy.State.CHECKED,
            Optional.of(FOLDER),
            Optional.of(new Accuracy.Check(0.897, 48, 50)),
            0,
            Optional.empty(),
            NOTHING);
    assertThat(of(checked).header()).isEqualTo("checked: at least 89 %");
    assertThat(of(checked).end())
        .containsExactly(
            "On a second look, you would keep at least 89 % of the labels, whoever gave them (48 of"
                + " 50 kept). The check cannot find a mistake that you make twice.");
  }

  @Test
  void undoNamesWhatItTakesBack() {
    assertThat(LabelSentences.of(new UndoOffer.Answers(org.kgcoop.journal.Kind.PAGE, 20)))
        .isEqualTo("20 answers");
    assertThat(LabelSentences.of(new UndoOffer.ClassChange(UndoOffer.Change.MERGED, "owl")))
        .isEqualTo("the class “owl” was merged");
  }
}
