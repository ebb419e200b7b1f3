package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TwinsTest {

  private static Print print(String body) {
    return Print.of(IconFixture.bitmap(body));
  }

  @Test
  void smallerDrawingOfTheSameShapeIsATwin() {
    Print large = print(IconFixture.DISC);
    Print small = print("<circle cx='5' cy='9' r='4' fill='currentColor'/>");
    Print other = print(IconFixture.CROSS);
    assertThat(Twins.of(List.of(small, other), List.of(large)).stream()).containsExactly(0);
  }

  @Test
  void productsEqualThoseOfAPlainLoop() {
    List<Print> prints =
        List.of(
            print(IconFixture.DISC),
            print(IconFixture.BAR),
            print(IconFixture.CROSS),
            print(IconFixture.CORNER));
    for (Print a : prints) {
      assertThat(a.times(a)).isBetween(0.9999, 1.0001);
      for (Print b : prints) {
        boolean twins = Twins.of(List.of(a), List.of(b)).get(0);
        assertThat(twins).isEqualTo(a.times(b) > Twins.SAME);
      }
    }
  }

  @Test
  void nothingIsATwinOfNothing() {
    assertThat(Twins.of(List.of(), List.of()).isEmpty()).isTrue();
    assertThat(Twins.of(List.of(print(IconFixture.BAR)), List.of()).isEmpty()).isTrue();
  }
}
