package org.kgcoop.corpus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class PartTest {

  @Test
  void firstByteOfTheHashDecides() {
    // The first bytes of the SHA-256 hashes are 0x13 = 19 < 38 (phosphor), 0x2b = 43 < 77 (solar)
    // and 0xdb = 219 (tabler).
    assertThat(Part.of("phosphor")).isEqualTo(Part.TEST);
    assertThat(Part.of("solar")).isEqualTo(Part.DOWNSTREAM);
    assertThat(Part.of("tabler")).isEqualTo(Part.PRETRAINING);
  }

  @Test
  void familiesOfAShiftAreOutBeforeTheHash() {
    assertThat(Part.of("dinkie")).isEqualTo(Part.SHIFT); // its hash would select the test part
    assertThat(Part.of("twemoji")).isEqualTo(Part.SHIFT);
  }

  @Test
  void everyPartHasFamilies() {
    Map<Part, Set<String>> families =
        IconSet.used().stream()
            .map(IconSet::family)
            .collect(Collectors.groupingBy(Part::of, Collectors.toSet()));
    assertThat(families.get(Part.TEST)).hasSize(13);
    assertThat(families.get(Part.DOWNSTREAM)).hasSize(14);
    assertThat(families.get(Part.SHIFT)).hasSize(10);
    assertThat(families.get(Part.PRETRAINING)).hasSizeGreaterThan(70);
  }

  @Test
  void onlySetsThatMayBeShippedAreUsed() {
    assertThat(IconSet.used())
        .noneMatch(set -> set.license().contains("SA") || set.license().contains("NC"))
        .noneMatch(set -> set.license().startsWith("GPL"));
  }
}
