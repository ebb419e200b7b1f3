package org.kgcoop.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.InitialWeights;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.export.format.ModelProto;
import org.kgcoop.export.format.NodeProto;
import org.kgcoop.export.format.TensorProto;
import org.kgcoop.export.format.ValueInfoProto;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Tests of the rules of the ONNX format. OnnxTest of the bench module tests what the files compute.
 */
class OnnxFileTest {
  @TempDir Path folder;

  static List<ClipConfig> configs() {
    ClipConfig resNet =
        new ClipConfig(
            16,
            32,
            3,
            77,
            600,
            64,
            1,
            1,
            Activation.GELU,
            new ClipConfig.ResNet(2, List.of(2, 1, 1, 1), 1));
    return List.of(RandomClip.TINY, resNet);
  }

  private Path write(ClipConfig config, String name) {
    Path weights = folder.resolve("clip");
    RandomClip.write(weights, config, 1);
    Path file = folder.resolve(name);
    try (Clip clip = Clip.load(weights);
        Scope scope = Scope.open("classifier")) {
      float[] features = new float[2 * config.embedDim()];
      features[0] = 1;
      features[config.embedDim() + 1] = 1;
      OnnxClassifier.write(
          file,
          clip,
          new ExportedClassifier(
              List.of("cat", "\"dog\", the"),
              new FixedHead.Linear(
                  Tensor.of(features, 2, config.embedDim()), null, clip.logitScale()),
              Optional.empty(),
              Map.of("method", "clip")));
    }
    return file;
  }

  private static ModelProto read(Path file) throws IOException {
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void everyValueIsMadeOnceBeforeItIsReadAndIsRead(ClipConfig config) throws IOException {
    ModelProto model = read(write(config, "a.onnx"));
    Set<String> made = new HashSet<>();
    Set<String> read = new HashSet<>();
    for (TensorProto constant : model.getGraph().getInitializerList()) {
      assertThat(made.add(constant.getName())).as(constant.getName()).isTrue();
    }
    for (ValueInfoProto input : model.getGraph().getInputList()) {
      assertThat(made.add(input.getName())).as(input.getName()).isTrue();
    }
    for (NodeProto node : model.getGraph().getNodeList()) {
      assertThat(made).as(node.getName()).containsAll(node.getInputList());
      read.addAll(node.getInputList());
      for (String output : node.getOutputList()) {
        assertThat(made.add(output)).as(output).isTrue();
      }
    }
    model.getGraph().getOutputList().forEach(output -> read.add(output.getName()));
    assertThat(read).isEqualTo(made);
  }

  @Test
  void allWeightsOfTheImageEncoderAreInTheFileAndNoneOfTheTextEncoder() throws IOException {
    ModelProto model = read(write(RandomClip.TINY, "a.onnx"));
    Set<String> names = new HashSet<>();
    for (TensorProto constant : model.getGraph().getInitializerList()) {
      names.add(constant.getName());
      long elements = 1;
      for (long length : constant.getDimsList()) {
        elements *= length;
      }
      int width = constant.getDataType() == TensorProto.DataType.INT64 ? 8 : 4;
      assertThat(constant.getRawData().size()).isEqualTo((int) elements * width);
    }
    for (StoredTensor stored : InitialWeights.of(RandomClip.TINY, 1)) {
      assertThat(names.contains(stored.name()))
          .as(stored.name())
          .isEqualTo(stored.name().startsWith("visual."));
    }
  }

  @Test
  void inputAndOutputsHaveABatchOfAnySize() throws IOException {
    ModelProto model = read(write(RandomClip.TINY, "a.onnx"));
    assertThat(shape(model.getGraph().getInput(0))).isEqualTo("pixels [batch, 3, 32, 32]");
    assertThat(model.getGraph().getOutputList().stream().map(OnnxFileTest::shape))
        .containsExactly("probabilities [batch, 2]", "logits [batch, 2]", "features [batch, 64]");
  }

  private static String shape(ValueInfoProto value) {
    return value.getName()
        + " "
        + value.getType().getTensorType().getShape().getDimList().stream()
            .map(d -> d.hasDimValue() ? Long.toString(d.getDimValue()) : d.getDimParam())
            .toList();
  }

  @Test
  void equalModelsGiveEqualBytes() throws IOException {
    assertThat(write(RandomClip.TINY, "a.onnx"))
        .hasSameBinaryContentAs(write(RandomClip.TINY, "b.onnx"));
  }

  /** A sparse file contains 550 million bf16 numbers, which would need 2.2 GB as float32. */
  @Test
  void rejectsTwoGigabytesBeforeWriting() throws IOException {
    int elements = 550_000_000;
    Path sparse = folder.resolve("sparse");
    try (FileChannel channel =
        FileChannel.open(
            sparse,
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      ByteBuffer hole = channel.map(FileChannel.MapMode.READ_WRITE, 0, 2L * elements);
      StoredTensor large =
          new StoredTensor(
              "large", DType.BFLOAT16, new long[] {elements}, hole.order(ByteOrder.LITTLE_ENDIAN));
      OnnxGraph graph = new OnnxGraph("large", Map.of("large", large));
      graph.output(graph.relu("y", graph.weight("large")), "");
      Path file = folder.resolve("large.onnx");
      assertThatThrownBy(() -> OnnxFile.write(file, ModelProto.getDefaultInstance(), graph))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("large.onnx")
          .hasMessageContaining("2098 MB")
          .hasMessageContaining("--to safetensors");
      assertThat(file).doesNotExist();
    }
  }
}
