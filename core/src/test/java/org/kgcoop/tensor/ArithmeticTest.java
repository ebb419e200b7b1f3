package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

class ArithmeticTest {

  @Test
  void theIdNamesTheVersionOfTheLibraryAndIsTheSameEachTime() throws Exception {
    assertThat(Arithmetic.id()).startsWith(Engine.version() + " ").isEqualTo(Arithmetic.id());
    assertThat(Arithmetic.id()).matches("\\S+ [0-9a-f]{16}");
  }

  @Test
  void warnsOnlyIfBf16IsRequested() {
    assertThat(Arithmetic.warning(DType.FLOAT32)).isEmpty();
    Arithmetic.warning(DType.BFLOAT16)
        .ifPresent(line -> assertThat(line).startsWith("precision bf16: ").contains("emulates"));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ONEDNN_MAX_CPU_ISA", matches = "AVX2")
  void aProcessorWithoutBf16IsSlowInIt() {
    assertThat(Arithmetic.warning(DType.BFLOAT16)).isPresent();
  }
}
