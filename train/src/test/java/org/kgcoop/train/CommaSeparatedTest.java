package org.kgcoop.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommaSeparatedTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ",",
        "a",
        "a,b",
        "a,,b,",
        "a(1,2),b",
        "a(1,2),b(3),c",
        "a(b(1,2),c),d",
        "a(1,2",
        "1,2)",
        "(,),(,"
      })
  void commasInParenthesesDoNotSeparate(String text) {
    assertThat(CommaSeparated.split(text)).containsExactly(text.split(",(?![^(]*\\))", -1));
  }

  /** A quadratic algorithm would take hours. */
  @Test
  void aLongListIsSplitInOnePass() {
    List<String> parts = CommaSeparated.split("1,".repeat(2_000_000));
    assertThat(parts).hasSize(2_000_001);
    assertThat(parts.get(0)).isEqualTo("1");
  }
}
