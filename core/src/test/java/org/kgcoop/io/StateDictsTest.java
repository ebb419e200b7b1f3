package org.kgcoop.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.kgcoop.io.IoFixtures.byName;
import static org.kgcoop.io.IoFixtures.floats;
import static org.kgcoop.io.IoFixtures.openError;
import static org.kgcoop.io.IoFixtures.ramp;
import static org.kgcoop.io.IoFixtures.resource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.tensor.DType;

class StateDictsTest {

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"types.pt", "types-legacy.pt"})
  void everyElementTypeIsRead(String name) {
    WeightFile file = WeightFiles.open(resource(name));
    assertThat(file.tensors()).hasSize(DType.values().length);
    for (StoredTensor tensor : file.tensors().values()) {
      assertThat(tensor.name()).isEqualToIgnoringCase(tensor.dtype().name());
      assertThat(tensor.shape()).containsExactly(2, 3);
      if (tensor.dtype().isFloating()) {
        assertThat(tensor.toFloats()).containsExactly(ramp(6));
      }
    }
    assertThat(file.tensor("int16").data().getShort(10)).isEqualTo((short) 2); // 2.5
    byte[] truths = new byte[6];
    file.tensor("bool").data().get(truths);
    assertThat(truths).containsExactly(0, 1, 1, 1, 1, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"views.pt", "views-legacy.pt"})
  void viewsOfOneStorageAreReadInTheirOwnOrder(String name) {
    WeightFile file = WeightFiles.open(resource(name));
    assertThat(file.tensors().keySet())
        .containsExactly(
            "whole",
            "rows",
            "columns",
            "transposed",
            "scalar",
            "empty",
            "empty_row",
            "parameter",
            "one_row");
    float[] whole = ramp(24); // (4, 6)
    assertThat(file.tensor("whole").toFloats()).containsExactly(whole);
    assertThat(file.tensor("rows").toFloats()).containsExactly(Arrays.copyOfRange(whole, 6, 18));
    float[] transposed = file.tensor("transposed").toFloats(); // (6, 4)
    float[] columns = file.tensor("columns").toFloats(); // (4, 2), from column 1 on
    for (int row = 0; row < 4; row++) {
      for (int column = 0; column < 6; column++) {
        assertThat(transposed[column * 4 + row]).isEqualTo(whole[row * 6 + column]);
      }
      assertThat(columns[row * 2]).isEqualTo(whole[row * 6 + 1]);
      assertThat(columns[row * 2 + 1]).isEqualTo(whole[row * 6 + 2]);
    }
    assertThat(file.tensor("scalar").shape()).isEmpty();
    assertThat(file.tensor("scalar").toFloats()).containsExactly(2.5f);
    assertThat(file.tensor("empty").shape()).containsExactly(0, 3);
    assertThat(file.tensor("empty_row").shape()).containsExactly(3, 0);
    assertThat(file.tensor("parameter").toFloats()).containsExactly(ramp(4));
    assertThat(file.tensor("one_row").toFloats()).containsExactly(0);
  }

  @Test
  void aNestedStateDictLosesTheModulePrefixAndKeepsTheScalars() {
    WeightFile file = WeightFiles.open(resource("nested-legacy.pt"));
    assertThat(file.format()).isEqualTo(WeightFile.Format.LEGACY_STATE_DICT);
    assertThat(file.tensors()).containsOnlyKeys("weight");
    assertThat(file.tensor("weight").name()).isEqualTo("weight");
    assertThat(file.metadata()).containsEntry("epoch", "3").containsEntry("name", "x");
  }

  @Test
  void aPublishedPromptIsReadWithoutItsScheduler() {
    WeightFile file = WeightFiles.open(resource("model.pth.tar-5"));
    assertThat(file.tensors()).containsOnlyKeys("ctx", "token_prefix");
    assertThat(file.tensor("ctx").toFloats()).containsExactly(ramp(8));
    assertThat(file.metadata()).containsExactly(Map.entry("epoch", "5"));
    assertThat(file.skipped())
        .contains("torch.optim.lr_scheduler.CosineAnnealingLR", "torch.optim.sgd.SGD");
  }

  @Test
  void readsWhatItWrites() {
    Path path = folder.resolve("a.pt");
    StateDictFiles.write(path, byName(floats("b", 2, 3), floats("a"), floats("e", 0, 4)));
    WeightFile file = WeightFiles.open(path);
    assertThat(file.format()).isEqualTo(WeightFile.Format.STATE_DICT);
    assertThat(file.tensors().keySet()).containsExactly("b", "a", "e");
    assertThat(file.tensor("b").toFloats()).containsExactly(ramp(6));
    assertThat(file.skipped()).isEmpty();
  }

  @Test
  void aPromptIsWrittenInThePublishedForm() {
    Path path = folder.resolve("model.pth.tar-7");
    StateDicts.writePrompt(path, byName(floats("ctx", 4, 8)), 7, Map.of());
    WeightFile file = WeightFiles.open(path);
    assertThat(file.tensors()).containsOnlyKeys("ctx");
    assertThat(file.metadata()).containsExactly(Map.entry("epoch", "7"));
  }

  @Test
  void dictsInDictsAreNamedByTheirPath() {
    Path path = folder.resolve("a.pt");
    StateDictFiles.writeNested(
        path,
        byName(floats("layer_0.q.A", 2, 3), floats("layer_0.q.B", 3), floats("layer_1.k.A", 1)),
        Map.of("params", List.of("q", "k")));
    WeightFile file = WeightFiles.open(path);
    assertThat(file.tensors().keySet())
        .containsExactly("layer_0.q.A", "layer_0.q.B", "layer_1.k.A");
    assertThat(file.tensor("layer_0.q.A").toFloats()).containsExactly(ramp(6));
    assertThat(file.metadata()).containsExactly(Map.entry("params", "q,k"));
  }

  @Test
  void everyElementTypeIsWritten() {
    Path path = folder.resolve("a.pt");
    WeightFile types = WeightFiles.open(resource("types.pt"));
    StateDictFiles.write(path, types.tensors());
    assertThat(Fingerprints.exact(WeightFiles.open(path).tensors().values()))
        .isEqualTo(Fingerprints.exact(types.tensors().values()));
  }

  @Test
  void equalTensorsGiveEqualBytesWithDataAtAMultipleOf64() {
    Path first = folder.resolve("1.pt");
    Path second = folder.resolve("2.pt");
    StoredTensor marked = StoredTensor.ofFloats("a", new long[] {1}, 1234567f);
    StateDictFiles.write(first, byName(floats("b", 3), marked));
    StateDictFiles.write(second, byName(floats("b", 3), marked));
    assertThat(first).hasSameBinaryContentAs(second);
    byte[] needle = new byte[4];
    marked.data().get(needle);
    byte[] bytes = IoFixtures.read(first);
    int at = 0;
    while (!Arrays.equals(Arrays.copyOfRange(bytes, at, at + 4), needle)) {
      at++;
    }
    assertThat(at % 64).isZero();
  }

  @Test
  void aPackedZipIsReadToo() {
    Path path =
        IoFixtures.zip(
            folder.resolve("a.pt"), ZipEntry.DEFLATED, IoFixtures.unzip(resource("views.pt")));
    assertThat(Fingerprints.exact(WeightFiles.open(path).tensors().values()))
        .isEqualTo(Fingerprints.exact(WeightFiles.open(resource("views.pt")).tensors().values()));
  }

  @Test
  void rejectsASystemCallInTheStateDict() {
    assertThat(openError(resource("system-in-state-dict.pt")))
        .contains("'hook'", "posix.system", "never built");
    assertThat(openError(resource("system-legacy.pt"))).contains("posix.system");
  }

  @Test
  void aSystemCallOutsideTheStateDictIsSkippedAndListed() {
    WeightFile file = WeightFiles.open(resource("system-outside.pt"));
    assertThat(file.tensors()).containsOnlyKeys("weight");
    assertThat(file.skipped()).containsExactly("posix.system");
  }

  @Test
  void rejectsAWholePickledModule() {
    assertThat(openError(resource("module.pt"))).contains("__main__.Plain", "state dict");
  }

  @Test
  void rejectsAnElementTypeThatIsUnknown() {
    assertThat(openError(resource("complex.pt"))).contains("'weight'", "ComplexFloatStorage");
  }

  @Test
  void rejectsBigEndianNumbers() {
    Map<String, byte[]> entries = IoFixtures.unzip(resource("views.pt"));
    entries.put("views/byteorder", "big".getBytes(StandardCharsets.UTF_8));
    Path path = IoFixtures.zip(folder.resolve("a.pt"), ZipEntry.STORED, entries);
    assertThat(openError(path)).contains("'big'", "little");
  }

  @Test
  void rejectsAShapeBeyondItsStorage() {
    Map<String, byte[]> entries = IoFixtures.unzip(resource("views.pt"));
    entries.put("views/data/0", new byte[40]);
    Path path = IoFixtures.zip(folder.resolve("a.pt"), ZipEntry.STORED, entries);
    assertThat(openError(path)).contains("'whole'", "[4, 6]", "exceeds its storage of 10");
  }

  @Test
  void rejectsAMissingStorage() {
    Map<String, byte[]> entries = new LinkedHashMap<>(IoFixtures.unzip(resource("views.pt")));
    entries.remove("views/data/0");
    Path path = IoFixtures.zip(folder.resolve("a.pt"), ZipEntry.STORED, entries);
    assertThat(openError(path)).contains("lacks the entry 'views/data/0'");
  }

  @ParameterizedTest
  @ValueSource(strings = {"views.pt", "views-legacy.pt", "archive.pt"})
  void rejectsEachTruncation(String name) {
    byte[] bytes = IoFixtures.read(resource(name));
    Path cut = folder.resolve("cut.pt");
    // A zip reader searches for the end byte by byte, so about 250 cuts are enough.
    int step = Math.max(7, bytes.length / 250);
    for (int length = 0; length < bytes.length; length += step) {
      assertThat(openError(IoFixtures.write(cut, Arrays.copyOf(bytes, length)))).isNotBlank();
    }
    assertThat(openError(IoFixtures.write(cut, Arrays.copyOf(bytes, bytes.length - 1))))
        .isNotBlank();
  }

  /** Only padding, time and version can change without an error. */
  @ParameterizedTest
  @ValueSource(strings = {"model.pth.tar-5", "archive.pt"})
  void aFlippedBitOfAZipIsRefusedOrChangesNothing(String name) {
    byte[] bytes = IoFixtures.read(resource(name));
    String fingerprint = Fingerprints.exact(WeightFiles.open(resource(name)).tensors().values());
    Path path = folder.resolve("flipped.pt");
    int refused = 0;
    for (int i = 0; i < bytes.length; i += 7) {
      IoFixtures.write(path, IoFixtures.flipped(bytes, i, (i * 5) % 8));
      try {
        assertThat(Fingerprints.exact(WeightFiles.open(path).tensors().values()))
            .as("byte %d", i)
            .isEqualTo(fingerprint);
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.WEIGHTS);
        assertThat(e.getMessage()).doesNotContain("\n");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(bytes.length / 7 / 4);
  }

  /** A legacy file has no checksums, but no changed bit may crash the reader. */
  @Test
  void aFlippedBitOfALegacyFileIsReadOrRefusedCleanly() {
    byte[] bytes = IoFixtures.read(resource("views-legacy.pt"));
    Path path = folder.resolve("flipped.pt");
    for (int bit = 0; bit < 8 * bytes.length; bit += 7) {
      IoFixtures.write(path, IoFixtures.flipped(bytes, bit / 8, bit % 8));
      try {
        assertThat(WeightFiles.open(path).tensors()).isNotEmpty();
      } catch (KgCoopException e) {
        assertThat(e.category()).isEqualTo(KgCoopException.Category.WEIGHTS);
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
  }

  @Test
  void rejectsADictWithoutTensors() {
    Path path = folder.resolve("a.pt");
    StateDictFiles.write(path, Map.of());
    assertThat(openError(path)).contains("no tensors", "state_dict()");
  }

  @Test
  void halvesKeepTheirBits() {
    Path path = folder.resolve("a.pt");
    ByteBuffer bits = ByteBuffer.allocate(4).putInt(0, 0x0100007c); // NaN with a payload, infinity
    StateDictFiles.write(
        path, byName(new StoredTensor("h", DType.FLOAT16, new long[] {2}, bits.duplicate())));
    assertThat(WeightFiles.open(path).tensor("h").data()).isEqualTo(bits);
  }
}
