package org.kgcoop.export;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.kgcoop.KgCoopException;
import org.kgcoop.export.format.GraphProto;
import org.kgcoop.export.format.ModelProto;
import org.kgcoop.export.format.TensorProto;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;

/**
 * Writes an ONNX file weight by weight, so that only one of them is in memory. Protobuf merges
 * messages when they are read, so the values may follow the nodes that use them.
 */
final class OnnxFile {
  private static final int CHUNK = 1 << 16;

  private OnnxFile() {}

  /**
   * Writes a model completely or not at all.
   *
   * @param model all fields except the graph
   * @throws KgCoopException if the file would reach 2 GB, the limit of a protobuf message
   */
  static void write(Path path, ModelProto model, OnnxGraph graph) {
    GraphProto nodes = graph.nodes();
    long graphBytes = nodes.getSerializedSize();
    for (StoredTensor tensor : graph.initializers()) {
      graphBytes +=
          CodedOutputStream.computeTagSize(GraphProto.INITIALIZER_FIELD_NUMBER)
              + lengthAndBytes(initializerBytes(tensor));
    }
    long all =
        model.getSerializedSize()
            + CodedOutputStream.computeTagSize(ModelProto.GRAPH_FIELD_NUMBER)
            + lengthAndBytes(graphBytes);
    if (all > Integer.MAX_VALUE) {
      throw KgCoopException.configuration(
          "%s: this image encoder takes %s MB in float32, but the limit of an ONNX file is 2048 MB: export a"
                  .formatted(path, all >> 20)
              + " classifier of a smaller CLIP, or only its class features with --to safetensors");
    }
    int length = (int) graphBytes;
    AtomicFile.write(
        AtomicFile.destination(path),
        out -> {
          CodedOutputStream coded = CodedOutputStream.newInstance(out, CHUNK);
          model.writeTo(coded);
          begin(coded, ModelProto.GRAPH_FIELD_NUMBER, length);
          nodes.writeTo(coded);
          for (StoredTensor tensor : graph.initializers()) {
            begin(coded, GraphProto.INITIALIZER_FIELD_NUMBER, (int) initializerBytes(tensor));
            header(tensor).writeTo(coded);
            begin(coded, TensorProto.RAW_DATA_FIELD_NUMBER, (int) valueBytes(tensor));
            coded.writeRawBytes(tensor.asFloat32().data());
          }
          coded.flush();
        });
  }

  private static void begin(CodedOutputStream out, int field, int length) throws IOException {
    out.writeTag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
    out.writeUInt32NoTag(length);
  }

  private static long lengthAndBytes(long bytes) {
    return CodedOutputStream.computeUInt64SizeNoTag(bytes) + bytes;
  }

  private static long initializerBytes(StoredTensor tensor) {
    return header(tensor).getSerializedSize()
        + CodedOutputStream.computeTagSize(TensorProto.RAW_DATA_FIELD_NUMBER)
        + lengthAndBytes(valueBytes(tensor));
  }

  /** Returns the fields except the values. */
  private static TensorProto header(StoredTensor tensor) {
    TensorProto.Builder header = TensorProto.newBuilder().setName(tensor.name());
    Arrays.stream(tensor.shape()).forEach(header::addDims);
    return header
        .setDataType(isInteger(tensor) ? TensorProto.DataType.INT64 : TensorProto.DataType.FLOAT)
        .build();
  }

  private static boolean isInteger(StoredTensor tensor) {
    return tensor.dtype() == DType.INT64;
  }

  private static long valueBytes(StoredTensor tensor) {
    return tensor.elements() * (isInteger(tensor) ? Long.BYTES : Float.BYTES);
  }
}
