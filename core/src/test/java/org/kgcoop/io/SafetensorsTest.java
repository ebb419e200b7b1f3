package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kgcoop.io.IoFixtures.floats;
import static org.kgcoop.io.IoFixtures.openError;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.DType;

class SafetensorsTest {

  @TempDir Path folder;

  private Path file(String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes =
        ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(text.length).put(text);
    return IoFixtures.write(folder.resolve("x.safetensors"), bytes.array());
  }

  @Test
  void writtenTensorsAreReadInOrderWithMetadata() {
    Path path = folder.resolve("a.safetensors");
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("kgcoop", "{\"method\": \"Käse\\n\"}");
    metadata.put("a", "");
    Safetensors.write(
        path,
        List.of(floats("z", 2, 3), floats("scalar"), floats("empty", 0, 4), floats("a", 1)),
        metadata);
    WeightFile read = WeightFiles.open(path);
    assertThat(read.format()).isEqualTo(WeightFile.Format.SAFETENSORS);
    assertThat(read.tensors().keySet()).containsExactly("z", "scalar", "empty", "a");
    assertThat(read.tensor("z").shape()).containsExactly(2, 3);
    assertThat(read.tensor("z").toFloats()).containsExactly(IoFixtures.ramp(6));
    assertThat(read.tensor("empty").toFloats()).isEmpty();
    assertThat(read.metadata()).containsExactlyEntriesOf(metadata);
  }

  @Test
  void everyElementTypeIsWrittenAndRead() {
    Path path = folder.resolve("a.safetensors");
    List<StoredTensor> tensors =
        Arrays.stream(DType.values())
            .map(
                d ->
                    new StoredTensor(
                        d.name(), d, new long[] {2}, ByteBuffer.allocate(2 * d.bytes())))
            .toList();
    Safetensors.write(path, tensors, Map.of());
    for (StoredTensor tensor : Safetensors.read(path).tensors().values()) {
      assertThat(tensor.dtype().name()).isEqualTo(tensor.name());
    }
  }

  @Test
  void equalInputGivesEqualBytesAndDataAtAMultipleOf8() {
    Path first = folder.resolve("1.safetensors");
    Path second = folder.resolve("2.safetensors");
    Safetensors.write(first, List.of(floats("a", 3)), Map.of("k", "v"));
    Safetensors.write(second, List.of(floats("a", 3)), Map.of("k", "v"));
    assertThat(first).hasSameBinaryContentAs(second);
    long header = ByteBuffer.wrap(IoFixtures.read(first)).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertThat(header % 8).isZero();
  }

  @Test
  void twoTensorsOfOneNameAreACallersBug() {
    assertThatThrownBy(
            () ->
                Safetensors.write(
                    folder.resolve("a"), List.of(floats("a", 1), floats("a", 1)), Map.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void theFileMayBeReplacedWhileItsTensorsAreInUse() {
    Path path = folder.resolve("a.safetensors");
    for (int elements : new int[] {3, 1_000_000}) { // also more than 1 MiB
      Safetensors.write(path, List.of(floats("a", elements)), Map.of());
      StoredTensor old = Safetensors.read(path).tensor("a");
      Safetensors.write(path, List.of(), Map.of());
      assertThat(Arrays.equals(old.toFloats(), IoFixtures.ramp(elements))).isTrue();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}              | 4  | cut short",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}              | 9  | too long",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}}             | 8  | data_offsets",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}}              | 8  | data_offsets",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[4,12]}}             | 12 | a hole",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | an overlap",
        "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}}              | 8  | takes 12 bytes",
        "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}}             | 8  | impossible shape",
        "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,0]}} | 0 | impossible shape",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,99999999999999999999]}} | 8 | not the JSON",
        "{'a':{'dtype':'F32','shape':[2.0],'data_offsets':[0,8]}}            | 8  | not the JSON",
        "{'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}}            | 8  | not the JSON",
        "{'a':{'dtype':'F32','shape':[null],'data_offsets':[0,8]}}           | 8  | lacks",
        "{'a':{'dtype':'F32','shape':[2]}}                                   | 8  | data_offsets",
        "{'a':null}                                                          | 0  | lacks",
        "{'a':{'dtype':'F8','shape':[2],'data_offsets':[0,2]}}               | 2  | element type F8",
        "{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}} | 0 | Duplicate",
        "{'__metadata__':{'a':1}}                                            | 0  | not the JSON",
        "{'__metadata__':[]}                                                 | 0  | not the JSON",
        "{} x                                                                | 0  | not the JSON",
        "{} {}                                                               | 0  | Trailing token",
        "[]                                                                  | 0  | not the JSON",
        "{'a':                                                               | 0  | not the JSON",
      })
  void rejectsAWrongHeader(String header, int dataBytes, String expected) {
    Path path = file(header.replace('\'', '"'), dataBytes);
    assertThat(openError(path)).contains(expected);
  }

  @Test
  void aHeaderThatIsNotUtf8IsRefused() {
    Path path = file("{\"a\":0}", 0);
    byte[] bytes = IoFixtures.read(path);
    bytes[10] = (byte) 0xff;
    IoFixtures.write(path, bytes);
    assertThat(openError(path)).contains("UTF-8");
  }

  @Test
  void rejectsAHeaderLengthBeyondTheFileOrTheLimit() {
    for (long length : new long[] {-1, 0, 1, 9, 100_000_001, Long.MAX_VALUE, Long.MIN_VALUE}) {
      ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      Path path = IoFixtures.write(folder.resolve("x.safetensors"), bytes.put((byte) '{').array());
      assertThat(openError(path)).contains("header claims");
    }
  }

  @Test
  void rejectsEachTruncation() {
    Path whole = folder.resolve("a.safetensors");
    Safetensors.write(whole, List.of(floats("a", 2), floats("b", 1)), Map.of("k", "v"));
    byte[] bytes = IoFixtures.read(whole);
    Path cut = folder.resolve("cut.safetensors");
    for (int length = 0; length < bytes.length; length++) {
      assertThat(openError(IoFixtures.write(cut, Arrays.copyOf(bytes, length)))).isNotBlank();
    }
  }

  /** Names and values have no checksum, but a flipped bit changes the fingerprint or metadata. */
  @Test
  void aFlippedBitIsRefusedOrChangesTheFingerprintOrTheMetadata() {
    Path whole = folder.resolve("a.safetensors");
    Safetensors.write(whole, List.of(floats("a", 2), floats("b", 1)), Map.of("k", "v"));
    byte[] bytes = IoFixtures.read(whole);
    WeightFile original = Safetensors.read(whole);
    String fingerprint = Fingerprints.exact(original.tensors().values());
    Path path = folder.resolve("flipped.safetensors");
    int refused = 0;
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      IoFixtures.write(path, IoFixtures.flipped(bytes, bit / 8, bit % 8));
      try {
        WeightFile read = Safetensors.read(path);
        boolean told =
            !Fingerprints.exact(read.tensors().values()).equals(fingerprint)
                || !read.metadata().equals(original.metadata());
        assertThat(told).as("bit %d of byte %d", bit % 8, bit / 8).isTrue();
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.WEIGHTS);
        assertThat(e.getMessage()).doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(8 * bytes.length / 2);
  }

  @Test
  void aMissingFileIsAnErrorOfWeights() {
    Path path = folder.resolve("none.safetensors");
    assertThatThrownBy(() -> WeightFiles.open(path))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(path + ": no such file; check the path")
        .extracting(e -> ((KgCoopException) e).category())
        .isEqualTo(KgCoopException.Category.WEIGHTS);
    assertThat(Files.exists(path)).isFalse();
  }
}
