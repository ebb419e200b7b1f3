package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.kgcoop.tensor.DType;

class FingerprintsTest {

  private static final StoredTensor A = IoFixtures.floats("a", 2, 3);
  private static final StoredTensor B = IoFixtures.floats("b", 4);

  /**
   * Returns 70000 halves, more than one chunk: the bits 0, 1, 2, ... without infinities and NaNs.
   */
  private static StoredTensor halves() {
    ByteBuffer data = ByteBuffer.allocate(140_000).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < 70_000; i++) {
      data.putShort(2 * i, (short) (i % 0x7c00));
    }
    return new StoredTensor("h", DType.FLOAT16, new long[] {70_000}, data);
  }

  @Test
  void theOrderOfTheFileDoesNotMatter() {
    assertThat(Fingerprints.exact(List.of(A, B))).isEqualTo(Fingerprints.exact(List.of(B, A)));
  }

  @Test
  void namesShapesAndValuesMatter() {
    String fingerprint = Fingerprints.exact(List.of(A));
    assertThat(Fingerprints.exact(List.of(A.withName("c")))).isNotEqualTo(fingerprint);
    assertThat(Fingerprints.exact(List.of(IoFixtures.floats("a", 3, 2)))).isNotEqualTo(fingerprint);
    StoredTensor other = StoredTensor.ofFloats("a", new long[] {2, 3}, 0, 1, 2, 3, 4, 5);
    assertThat(Fingerprints.exact(List.of(other))).isNotEqualTo(fingerprint);
  }

  @Test
  void halvesAgreeWithTheirFloatsOnlyAsFloat32() {
    StoredTensor half = halves();
    StoredTensor wide = StoredTensor.ofFloats("h", half.shape(), half.toFloats());
    assertThat(Fingerprints.asFloat32(List.of(half)))
        .isEqualTo(Fingerprints.asFloat32(List.of(wide)))
        .isEqualTo(Fingerprints.exact(List.of(wide)));
    assertThat(Fingerprints.exact(List.of(half))).isNotEqualTo(Fingerprints.exact(List.of(wide)));
  }

  /** Python's hashlib computed this value over the layout of the class comment. */
  @Test
  void theLayoutIsFixed() {
    assertThat(Fingerprints.exact(List.of(A)))
        .isEqualTo("4593453d758d521b546c25b391141115c6b21b855806a46779168835adb915cb");
  }
}
