package org.kgcoop.bench;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.OnnxClassifier;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Tests that the exported classifier of a model that keeps the shape of an image gives the same
 * logits in ONNX Runtime, for images of any grid.
 */
@Tag("system")
class OnnxGridTest {
  private static final int PATCH = 4;
  private static final int CLASSES = 5;

  /** 5 x 5 positions. */
  private static final ClipConfig CONFIG =
      new ClipConfig(
          24,
          20,
          3,
          SiglipFamily.TEXT.sized(16, 100, 32, 4, 1),
          SiglipFamily.VISION.sized(24, 2, PATCH, 3));

  @TempDir private Path folder;

  /** Returns a NaFlex of random weights: a SigLIP whose embedding of patches is a matrix. */
  private static Clip naflex() {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    try (Clip siglip = BenchModel.lively(CONFIG, 3)) {
      tensors.putAll(siglip.stored());
    }
    float[] patches = tensors.remove("visual.conv1.weight").toFloats();
    String name = "vision_model.embeddings.patch_embedding.weight";
    long[] shape = {24, 3L * PATCH * PATCH};
    tensors.put(name, StoredTensor.ofFloats(name, shape, patches));
    ObjectNode model = JsonNodeFactory.instance.objectNode().put("model_type", "siglip2");
    model.putObject("text_config").put("num_attention_heads", 4);
    model.putObject("vision_config").put("num_attention_heads", 3);
    return Clip.of(
        new WeightFile(
            Path.of("random weights"),
            WeightFile.Format.SAFETENSORS,
            tensors,
            Map.of(),
            List.of(),
            Map.of("config.json", model)),
        Clip.Options.DEFAULT);
  }

  @Test
  void logitsAreOursForImagesOfAnyGrid() throws OrtException {
    try (Clip clip = naflex();
        Scope scope = Scope.open("classifier");
        Autograd.Switch off = Autograd.off()) {
      FixedHead head =
          new FixedHead.Linear(BenchModel.features(CLASSES, 24), null, clip.logitScale());
      List<String> names = IntStream.range(0, CLASSES).mapToObj(i -> "class " + i).toList();
      Path file = folder.resolve("classifier.onnx");
      OnnxClassifier.write(
          file, clip, new ExportedClassifier(names, head, Optional.empty(), Map.of()));
      List<float[]> all = new ArrayList<>();
      for (int[] grid :
          new int[][] {{5, 5}, {5, 3}, {2, 9}, {1, 1}, {1, 40}, {40, 1}, {7, 6}, {5, 1}}) {
        int height = PATCH * grid[0];
        int width = PATCH * grid[1];
        for (int batch : new int[] {1, 3}) {
          float[] pixels = BenchModel.features(batch, 3 * height * width).times(20).toFloats();
          Tensor images = Tensor.of(pixels, batch, 3, height, width);
          float[] ours = head.logits(clip.imageEncoder().features(images).unitRows()).toFloats();
          try (OnnxModel exported = new OnnxModel(file, 3, height, width)) {
            Agreement agreement = new Agreement();
            agreement.add(ours, exported.run("logits", pixels), CLASSES);
            assertThat(agreement.largestError()).as("%s x %s", grid[0], grid[1]).isLessThan(1e-4);
            assertThat(exported.metadata())
                .containsEntry("patch", "4")
                .containsEntry("max_patches", "256")
                .doesNotContainKey("size");
          }
          all.add(ours);
        }
      }
      assertThat(all.get(0)).isNotEqualTo(all.get(2)); // the grid matters
    }
  }
}
