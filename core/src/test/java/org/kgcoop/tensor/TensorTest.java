package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;

class TensorTest {

  @Test
  void matmulEqualsPlainLoops() {
    float[] a = {1, 2, 3, 4, 5, 6};
    float[] b = {7, 8, 9, 10, 11, 12};
    float[] expected = new float[4];
    for (int i = 0; i < 2; i++) {
      for (int j = 0; j < 2; j++) {
        for (int k = 0; k < 3; k++) {
          expected[i * 2 + j] += a[i * 3 + k] * b[k * 2 + j];
        }
      }
    }
    try (Scope scope = Scope.open("test")) {
      assertThat(Tensor.of(a, 2, 3).matmul(Tensor.of(b, 3, 2)).toFloats()).isEqualTo(expected);
    }
  }

  @Test
  void aWrongShapeNamesTheOperationAndTheShapes() {
    try (Scope scope = Scope.open("test")) {
      Tensor a = Tensor.full(1, 2, 3);
      Tensor b = Tensor.full(1, 4, 5);
      assertThatThrownBy(() -> a.matmul(b))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("matmul")
          .hasMessageContaining("(2, 3)")
          .hasMessageContaining("(4, 5)");
    }
  }

  @Test
  void aTensorUsedAfterItsScopeNamesTheScope() {
    Tensor escaped;
    try (Scope scope = Scope.open("the inner one")) {
      escaped = Tensor.full(1, 2);
    }
    try (Scope scope = Scope.open("test")) {
      assertThatThrownBy(escaped::exp)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("the inner one");
    }
  }

  @Test
  void rejectsATensorOutsideOfAnyScope() {
    assertThatThrownBy(() -> Tensor.full(1, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("Scope.open");
  }

  @Test
  void aPromotedTensorLivesAsLongAsTheOuterScope() {
    try (Scope outer = Scope.open("outer")) {
      Tensor kept;
      try (Scope inner = Scope.open("inner")) {
        kept = inner.promote(Tensor.of(new float[] {1, 2}, 2).times(2));
      }
      assertThat(kept.toFloats()).containsExactly(2, 4);
    }
  }

  @Test
  void aKeptTensorLivesUntilItIsClosed() {
    Tensor kept;
    try (Scope scope = Scope.open("test")) {
      kept = Tensor.of(new float[] {1, 2}, 2).keep();
    }
    assertThat(kept.toFloats()).containsExactly(1, 2);
    kept.close();
    assertThatThrownBy(kept::toFloats).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void rejectsAScopeClosedBeforeAnInnerOne() {
    try (Scope outer = Scope.open("outer");
        Scope inner = Scope.open("inner")) {
      assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void anOddlyAlignedBufferIsCopied() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(9).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putFloat(1, 1.5f).putFloat(5, -2f).position(1);
    try (Scope scope = Scope.open("test")) {
      assertThat(Tensor.of(bytes, DType.FLOAT32, 2).toFloats()).containsExactly(1.5f, -2f);
    }
  }

  @Test
  void aTensorOfABufferOutlivesTheBufferAndItsFirstHandle() {
    int count = 1 << 18;
    Tensor ofHeap;
    Tensor ofDirect;
    try (Scope scope = Scope.open("test")) {
      byte[] zeros = new byte[4 * count];
      ofHeap = Tensor.of(ByteBuffer.wrap(zeros), DType.FLOAT32, count).to(DType.FLOAT32).keep();
      ByteBuffer direct = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.LITTLE_ENDIAN);
      ofDirect = Tensor.of(direct, DType.FLOAT32, count).reshape(2, -1).select(0, 1).keep();
    }
    // Freed memory would be used again and filled with ones.
    for (int i = 0; i < 20; i++) {
      System.gc();
      ByteBuffer other = ByteBuffer.allocateDirect(4 * count).order(ByteOrder.LITTLE_ENDIAN);
      for (int j = 0; j < count; j++) {
        other.putFloat(4 * j, 1);
      }
      assertThat(sumOf(ofHeap)).isZero();
      assertThat(sumOf(ofDirect)).isZero();
    }
    ofHeap.close();
    ofDirect.close();
  }

  private static double sumOf(Tensor tensor) {
    try (Scope scope = Scope.open("sum")) {
      return tensor.sum().item();
    }
  }

  @Test
  void aBufferIsReadFromItsPositionToItsLimit() {
    for (boolean direct : new boolean[] {false, true}) {
      ByteBuffer bytes = direct ? ByteBuffer.allocateDirect(20) : ByteBuffer.allocate(20);
      bytes.order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 9).putFloat(4, 1.5f).putFloat(8, -2f);
      bytes.position(4).limit(12);
      try (Scope scope = Scope.open("test")) {
        assertThat(Tensor.of(bytes, DType.FLOAT32, 2).toFloats()).containsExactly(1.5f, -2f);
        assertThat(Tensor.of(bytes.asReadOnlyBuffer(), DType.FLOAT32, 2).toFloats())
            .containsExactly(1.5f, -2f);
      }
      assertThat(bytes.position()).isEqualTo(4);
    }
  }

  @Test
  void anEmptyBufferIsAnEmptyTensor() {
    try (Scope scope = Scope.open("test")) {
      assertThat(Tensor.of(ByteBuffer.allocate(0), DType.FLOAT16, 0, 3).shape())
          .containsExactly(0, 3);
      assertThat(Tensor.of(ByteBuffer.allocateDirect(0), DType.INT64, 0).toLongs()).isEmpty();
    }
  }

  @Test
  void rejectsABufferOfTheWrongSize() {
    try (Scope scope = Scope.open("test")) {
      assertThatThrownBy(() -> Tensor.of(ByteBuffer.allocate(7), DType.FLOAT32, 2))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("8 bytes, got 7");
    }
  }

  @Test
  void everyTypeKeepsItsNameThroughAConversion() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(new float[] {0, 1, 2}, 3);
      for (DType dtype : DType.values()) {
        assertThat(x.to(dtype).dtype()).isEqualTo(dtype);
      }
    }
  }

  @Test
  void unitRowsHaveNormOne() {
    try (Scope scope = Scope.open("test")) {
      float[] rows = Tensor.of(new float[] {3, 4, 0, 5}, 2, 2).unitRows().toFloats();
      assertThat(rows).containsExactly(0.6f, 0.8f, 0f, 1f);
    }
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    try (Scope scope = Scope.open("test")) {
      // f(x) = sum(softmax(x)^2); a central difference with step 1e-2 is exact to about 1e-4.
      Tensor x = Tensor.of(new float[] {0.1f, -0.4f, 0.7f}, 1, 3).parameter();
      float[] gradient = Autograd.gradients(loss(x), List.of(x), false).get(0).toFloats();
      for (int i = 0; i < 3; i++) {
        float[] up = x.toFloats();
        float[] down = x.toFloats();
        up[i] += 1e-2f;
        down[i] -= 1e-2f;
        double difference =
            (loss(Tensor.of(up, 1, 3)).item() - loss(Tensor.of(down, 1, 3)).item()) / 2e-2;
        assertThat((double) gradient[i])
            .isCloseTo(difference, org.assertj.core.data.Offset.offset(2e-4));
      }
    }
  }

  private static Tensor loss(Tensor x) {
    Tensor p = Functions.softmax(x, 1);
    return p.times(p).sum();
  }

  @Test
  void offStopsRecordingAndIsRestored() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.full(1, 2).parameter();
      try (Autograd.Switch off = Autograd.off()) {
        assertThat(x.times(2).requiresGradient()).isFalse();
      }
      assertThat(x.times(2).requiresGradient()).isTrue();
    }
  }

  @Test
  void halfPrecisionRoundsToTheNearestEven() {
    // float16 has 10 fraction bits: its step is 2 from 2048 on, and 2^-10 from 1 on. bf16 has 7:
    // its step is 2 from 256 on. Ties go to the even neighbor.
    float[] values = {2049, 2051, 1 + 0x1p-11f, 65504, 65536, 0x1p-24f, 257, 259, -0f};
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(values, values.length);
      assertThat(x.to(DType.FLOAT16).toFloats())
          .containsExactly(2048, 2052, 1, 65504, Float.POSITIVE_INFINITY, 0x1p-24f, 257, 259, -0f);
      assertThat(x.to(DType.BFLOAT16).toFloats())
          .containsExactly(2048, 2048, 1, 65536, 65536, 0x1p-24f, 256, 260, -0f);
    }
  }

  @Test
  void halfPrecisionBytesAreReadAsTheyAreWritten() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.of(new float[] {1.5f, -0.375f, 1e5f}, 3);
      for (DType dtype : List.of(DType.FLOAT16, DType.BFLOAT16)) {
        Tensor half = x.to(dtype);
        Tensor read = Tensor.of(ByteBuffer.wrap(half.toBytes()), dtype, 3);
        assertThat(read.toFloats()).isEqualTo(half.toFloats());
      }
    }
  }

  @Test
  void rejectsAGradientWithRespectToAnUnusedTensor() {
    try (Scope scope = Scope.open("test")) {
      Tensor x = Tensor.full(1, 2).parameter();
      Tensor y = Tensor.full(1, 2).parameter();
      assertThatThrownBy(() -> Autograd.gradients(x.sum(), List.of(y), false))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("gradients");
    }
  }

  @Test
  void nativeMemoryThatIsExhaustedIsNoBug() {
    try (Scope scope = Scope.open("test")) {
      assertThatThrownBy(() -> Tensor.full(0, 1L << 50))
          .isInstanceOf(KgCoopException.class)
          .hasMessageStartingWith("out of native memory in full(): free memory, or try ")
          .satisfies(
              e ->
                  assertThat(((KgCoopException) e).category())
                      .isEqualTo(KgCoopException.Category.IO));
    }
  }
}
