package org.kgcoop.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ImageSet;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tags.LearnedTag;
import org.kgcoop.tags.TagHead;
import org.kgcoop.tags.TagMeasurement.By;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class TagFileTest {
  @TempDir Path folder;

  private static TagFile small() {
    Random random = new Random(1);
    try (Scope scope = Scope.open("test")) {
      double[] images = random.doubles(12 * 4).map(x -> x - 0.5).toArray();
      double[] texts = random.doubles(2 * 4).map(x -> x - 0.5).toArray();
      boolean[][] tags = new boolean[12][2];
      int[] groups = new int[12];
      for (int i = 0; i < 12; i++) {
        tags[i][0] = i % 2 == 0;
        tags[i][1] = i % 3 == 0;
        groups[i] = i;
      }
      TagHead head =
          TagHead.fit(
                  Tensor.of(images, 12, 4).unitRows().to(DType.FLOAT32), // as features are
                  Tensor.of(texts, 2, 4).unitRows().to(DType.FLOAT32),
                  tags,
                  groups,
                  0.8)
              .head();
      return new TagFile(
          head,
          List.of(
              new LearnedTag("beach, \"sea\" | 🏖", 0.5, By.FOLDS, 6, 83, 64, true),
              new LearnedTag("dog", 0.7, By.NOT_MEASURED, 4, null, null, false)),
          "a photo of a {}.",
          RecordedClip.ofFingerprint("abc"),
          new TrainingDataRecord("photos", "def", ImageSet.NONE),
          "1");
    }
  }

  @Test
  void readsWhatItWrote() {
    TagFile written = small();
    Path file = ClassifierFile.in(folder);
    written.write(file);
    TagFile read = TagFile.read(folder);
    assertThat(read.tags()).isEqualTo(written.tags());
    assertThat(read.template()).isEqualTo(written.template());
    assertThat(read.clip()).isEqualTo(written.clip());
    assertThat(read.learnedFrom()).isEqualTo(written.learnedFrom());
    assertThat(read.fingerprint()).isEqualTo(written.fingerprint());
    float[] feature = {0.5f, 0.5f, -0.5f, 0.5f};
    assertThat(read.head().scores(feature)).isEqualTo(written.head().scores(feature));
  }

  @Test
  void isNoClassifierOfClasses() throws Exception {
    small().write(ClassifierFile.in(folder));
    assertThat(TagFile.is(folder)).isTrue();
    assertThatThrownBy(() -> ClassifierFile.read(ClassifierFile.in(folder)))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("an image can have several tags");
    byte[] bytes = Files.readAllBytes(ClassifierFile.in(folder));
    bytes[bytes.length - 3] ^= 1;
    Files.write(ClassifierFile.in(folder), bytes);
    assertThatThrownBy(() -> TagFile.read(folder)).hasMessageContaining("damaged");
  }

  /** The files keep a valid checksum, so they are read to the end. */
  @Test
  void aFileWithMissingOrOddValuesIsRefused() {
    Path file = ClassifierFile.in(folder);
    small().write(file);
    SealedFile.Content content = SealedFile.open(WeightFiles.open(file), "file");
    List<StoredTensor> tensors =
        content.tensors().values().stream().map(StoredTensor::inMemory).toList();
    ObjectNode json = content.json();
    List<String> keys = new ArrayList<>();
    json.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      assertRefused(tensors, json.deepCopy().without(key), "without " + key);
    }
    assertRefused(tensors, json.deepCopy().put("format", 2), "format 2");
    for (String key : List.of("name", "threshold", "by")) {
      ObjectNode odd = json.deepCopy();
      ((ObjectNode) odd.path("tags").path(0)).putNull(key);
      assertRefused(tensors, odd, key);
    }
    ObjectNode one = json.deepCopy();
    ((ArrayNode) one.path("tags")).remove(0);
    assertRefused(tensors, one, "one tag less");
    for (StoredTensor tensor : tensors) {
      List<StoredTensor> others = new ArrayList<>(tensors);
      others.remove(tensor);
      assertRefused(others, json, "without " + tensor.name());
      long[] shape = new long[tensor.shape().length];
      Arrays.fill(shape, 1);
      others.add(StoredTensor.ofFloats(tensor.name(), shape, 1));
      if (!Arrays.equals(shape, tensor.shape())) {
        assertRefused(others, json, "a smaller " + tensor.name());
      }
      float[] values = new float[(int) tensor.elements()];
      values[0] = Float.NaN;
      others.remove(others.size() - 1);
      others.add(StoredTensor.ofFloats(tensor.name(), tensor.shape(), values));
      assertRefused(others, json, "no number in " + tensor.name());
    }
  }

  private void assertRefused(List<StoredTensor> tensors, ObjectNode json, String what) {
    Path file = folder.resolve("odd.safetensors");
    SealedFile.write(file, tensors, json);
    assertThatThrownBy(() -> TagFile.read(file))
        .as(what)
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("odd.safetensors")
        .hasMessageNotContaining("\n");
  }
}
