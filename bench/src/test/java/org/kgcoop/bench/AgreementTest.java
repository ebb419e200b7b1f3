package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AgreementTest {
  private final Agreement agreement = new Agreement();

  @Test
  void errorsAreRelativeToTheImagesLargestLogitBySize() {
    // 0.0002 of 4 is 5e-5, and 0.0003 of 10 is 3e-5.
    agreement.add(new float[] {-4, 1, 10, 2}, new float[] {-4, 1.0002f, 10.0003f, 2}, 2);
    assertThat(agreement.largestError()).isCloseTo(5e-5, within(1e-7));
    assertThat(agreement.images()).isEqualTo(2);
    assertThat(agreement.classesFound()).isEqualTo(2);
    assertThat(agreement.holds()).isTrue();
  }

  @Test
  void aBestClassWithinTwiceTheToleranceIsNotCompared() {
    // The first lead is 0.0019 of 10, which is less than 0.002, twice the tolerance. The second
    // lead is 0.0021.
    agreement.add(new float[] {10, 9.9981f}, new float[] {9.999f, 9.9991f}, 2);
    assertThat(agreement.compared()).isZero();
    agreement.add(new float[] {10, 9.9979f}, new float[] {10, 9.9979f}, 2);
    assertThat(agreement.compared()).isOne();
    assertThat(agreement.equal()).isOne();
  }

  @Test
  void anotherBestClassOrAnErrorBeyondTheToleranceDoesNotHold() {
    agreement.add(new float[] {2, 1}, new float[] {1, 2}, 2);
    assertThat(agreement.equal()).isZero();
    assertThat(agreement.holds()).isFalse();
  }

  @Test
  void notANumberDoesNotHold() {
    agreement.add(new float[] {2, 1}, new float[] {2, Float.NaN}, 2);
    agreement.add(new float[] {2, 1}, new float[] {2, 1}, 2);
    assertThat(agreement.largestError()).isNaN();
    assertThat(agreement.holds()).isFalse();
  }

  @Test
  void rowsOfAnotherLengthAreRefused() {
    assertThatThrownBy(() -> agreement.add(new float[3], new float[3], 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rows of 2, got 3");
  }
}
