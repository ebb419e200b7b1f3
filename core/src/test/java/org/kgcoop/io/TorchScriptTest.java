package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.DType;

class TorchScriptTest {

  private final WeightFile file = WeightFiles.open(IoFixtures.resource("archive.pt"));

  @Test
  void nestedModulesGiveDottedNames() {
    assertThat(file.format()).isEqualTo(WeightFile.Format.TORCHSCRIPT);
    assertThat(file.tensors().keySet())
        .containsExactly(
            "text_projection",
            "resblocks.0.ln_1.weight",
            "resblocks.0.ln_1.bias",
            "resblocks.1.ln_1.weight",
            "resblocks.1.ln_1.bias");
    StoredTensor projection = file.tensor("text_projection");
    assertThat(projection.dtype()).isEqualTo(DType.FLOAT16);
    assertThat(projection.shape()).containsExactly(3, 2);
    assertThat(projection.toFloats()).containsExactly(IoFixtures.ramp(6));
  }

  @Test
  void scalarsAreMetadataAndFlagsAreDropped() {
    assertThat(file.metadata())
        .containsOnlyKeys("note", "input_resolution", "context_length", "vocab_size")
        .containsEntry("input_resolution", "224")
        .containsEntry("vocab_size", "49408");
  }

  @Test
  void listsAreSkippedAndListed() {
    assertThat(file.skipped()).containsExactly("torch.jit._pickle.build_intlist");
  }
}
