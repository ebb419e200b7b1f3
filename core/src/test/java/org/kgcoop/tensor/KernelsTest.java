package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@Tag("equality") // so that its output is next to the tests with this instruction set
class KernelsTest {

  @Test
  @EnabledIfSystemProperty(named = "os.arch", matches = "amd64|x86_64")
  void namesTheInstructionSetsOfTheProcessor() {
    Kernels kernels = Kernels.inUse();
    System.out.println("kernels: " + kernels);
    assertThat(kernels.aten()).isIn("DEFAULT", "AVX2", "AVX512");
    assertThat(kernels.openBlas()).isNotEqualTo("unknown");
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ATEN_CPU_CAPABILITY", matches = "avx2")
  @EnabledIfEnvironmentVariable(named = "OPENBLAS_CORETYPE", matches = "Haswell")
  void theEnvironmentChoosesThem() {
    assertThat(Kernels.inUse()).isEqualTo(new Kernels("AVX2", "HASWELL"));
  }
}
