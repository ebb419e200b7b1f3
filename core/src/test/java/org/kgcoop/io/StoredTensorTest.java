package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.DType;

class StoredTensorTest {

  @Test
  void theShapeCannotBeChangedFromOutside() {
    long[] shape = {2, 3};
    StoredTensor tensor = StoredTensor.ofFloats("w", shape, IoFixtures.ramp(6));
    shape[0] = 9;
    tensor.shape()[1] = 9;
    assertThat(tensor.shape()).containsExactly(2, 3);
    assertThat(tensor.elements()).isEqualTo(6);
  }

  @Test
  void theBytesAreReadOnlyLittleEndianAndFromTheStart() {
    StoredTensor tensor = IoFixtures.floats("w", 2);
    assertThat(tensor.data().getInt()).isZero();
    assertThat(tensor.data().position()).isZero();
    assertThat(tensor.data().order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    assertThat(tensor.data().getFloat(4)).isEqualTo(0.5f);
    assertThatThrownBy(() -> tensor.data().put((byte) 1))
        .isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void bytesThatDoNotFitTheShapeAreRefused() {
    assertThatThrownBy(
            () -> new StoredTensor("w", DType.FLOAT32, new long[] {2, 3}, ByteBuffer.allocate(20)))
        .hasMessage("w: FLOAT32 [2, 3] takes 24 bytes, got 20");
  }

  @Test
  void float64IsRoundedToFloat() {
    ByteBuffer data = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0, 0.1);
    assertThat(new StoredTensor("w", DType.FLOAT64, new long[] {}, data).toFloats())
        .containsExactly(0.1f);
  }

  @Test
  void integersAreNoFloats() {
    StoredTensor tensor =
        new StoredTensor("w", DType.INT8, new long[] {1}, ByteBuffer.wrap(new byte[] {-3}));
    assertThat(tensor.toLong()).isEqualTo(-3);
    assertThatThrownBy(tensor::toFloats).hasMessageContaining("floating").hasMessageContaining("w");
  }

  @Test
  void anEmptyDimensionMakesNoElements() {
    assertThat(StoredTensor.elements(new long[] {3, 0, 5})).isZero();
    assertThat(StoredTensor.elements(new long[] {})).isEqualTo(1);
  }
}
