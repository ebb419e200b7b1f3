package org.kgcoop.random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.data.ReferenceCases;

/** Expected values were printed by CPython 3.13. */
class PythonRandomTest {

  static Stream<JsonNode> shuffleCases() {
    return ReferenceCases.ofKind("shuffle");
  }

  @Test
  void gaussGivesPythonsNumbers() {
    PythonRandom one = new PythonRandom(1);
    assertThat(one.gauss()).isCloseTo(1.2881847531554629, within(1e-15));
    assertThat(one.gauss()).isCloseTo(1.449445608699771, within(1e-15));
    assertThat(one.gauss()).isCloseTo(0.06633580893826191, within(1e-15));
    assertThat(one.gauss()).isCloseTo(-0.7645436509716318, within(1e-15));
    assertThat(new PythonRandom(-5).gauss()).isCloseTo(-1.1788417512306717, within(1e-15));
  }

  /**
   * For each seed: three times getrandbits(32), then random(), sample(range(50), 4),
   * sample(range(400), 4), getrandbits(40), randrange(1000).
   */
  @ParameterizedTest
  @CsvSource({
    "0, 3626764237 1654615998 3255389356, 0.890243920837131, 2 16 32 31, 207 155 244 183,"
        + " 981758150271, 929",
    "1, 577090037 2444712010 3639700191, 0.8022650611681835, 4 16 7 31, 389 230 241 333,"
        + " 864918861462, 214",
    "-3, 1022050301 2545373330 2337446730, 0.13042279608514273, 38 30 40 37, 33 310 6 240,"
        + " 606704305732, 239",
    "4294967296, 485306839 1508871100 1794561286, 0.9347212762883035, 1 39 48 21, 279 231 7 70,"
        + " 897973610560, 962",
    "1099511627781, 2166296868 2220160828 1153647273, 0.6637982795073579, 1 33 48 2,"
        + " 84 40 68 122, 721248670889, 703",
    "1180591620717411303433, 1328427939 949446782 3168274489, 0.48488265028747235, 4 34 43 20,"
        + " 18 277 243 355, 916015245448, 308"
  })
  void givesPythonsNumbers(
      BigInteger seed,
      String words,
      double next,
      String ofFifty,
      String ofFourHundred,
      long fortyBits,
      int below) {
    PythonRandom random = new PythonRandom(seed);

    assertThat(random.bits(32) + " " + random.bits(32) + " " + random.bits(32)).isEqualTo(words);
    assertThat(random.next()).isEqualTo(next);
    assertThat(text(random.sample(upTo(50), 4))).isEqualTo(ofFifty);
    assertThat(text(random.sample(upTo(400), 4))).isEqualTo(ofFourHundred);
    assertThat(random.bits(40)).isEqualTo(fortyBits);
    assertThat(random.below(1000)).isEqualTo(below);
  }

  @Test
  void samplesBySwappingInASmallPopulation() {
    assertThat(new PythonRandom(1).sample(upTo(80), 16))
        .containsExactly(17, 72, 8, 32, 15, 63, 57, 60, 48, 26, 12, 62, 3, 49, 55, 0);
  }

  @ParameterizedTest
  @MethodSource("shuffleCases")
  void shufflesAsPython(JsonNode reference) {
    List<Integer> numbers = upTo(reference.path("count").intValue());

    new PythonRandom(reference.path("seed").longValue()).shuffle(numbers);

    assertThat(numbers).isEqualTo(ReferenceCases.integers(reference.path("expect")));
  }

  @Test
  void samplesTheWholePopulationAtMost() {
    assertThat(new PythonRandom(3).sample(upTo(5), 5)).containsExactlyInAnyOrderElementsOf(upTo(5));
    assertThat(new PythonRandom(3).sample(List.of(), 0)).isEmpty();
    assertThatThrownBy(() -> new PythonRandom(3).sample(upTo(5), 6))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PythonRandom(3).below(0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private static List<Integer> upTo(int end) {
    return new ArrayList<>(IntStream.range(0, end).boxed().toList());
  }

  private static String text(List<Integer> numbers) {
    return String.join(" ", numbers.stream().map(String::valueOf).toList());
  }
}
