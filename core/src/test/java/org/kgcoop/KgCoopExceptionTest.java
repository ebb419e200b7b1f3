package org.kgcoop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class KgCoopExceptionTest {

  @Test
  void everyCategoryHasAnExitCodeOfItsOwn() {
    assertThat(
            Arrays.stream(KgCoopException.Category.values())
                .collect(Collectors.toMap(c -> c.exitCode(), c -> c)))
        .hasSize(KgCoopException.Category.values().length);
  }
}
