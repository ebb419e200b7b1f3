package org.kgcoop.tensorboard;

import com.google.protobuf.ByteString;
import org.kgcoop.tensorboard.format.DataType;
import org.kgcoop.tensorboard.format.Summary;
import org.kgcoop.tensorboard.format.SummaryMetadata;
import org.kgcoop.tensorboard.format.TensorProto;
import org.kgcoop.tensorboard.format.TensorShapeProto;

/** Values as TensorBoard's panels expect them. */
final class Summaries {
  private Summaries() {}

  /** A point of a curve. */
  static Summary.Value scalar(String tag, double value) {
    return Summary.Value.newBuilder().setTag(tag).setSimpleValue((float) value).build();
  }

  /**
   * A text.
   *
   * @param markdown shown as such
   */
  static Summary.Value text(String tag, String markdown) {
    return Summary.Value.newBuilder()
        .setTag(tag + "/text_summary") // as tf.summary.text names them
        .setMetadata(
            SummaryMetadata.newBuilder()
                .setPluginData(SummaryMetadata.PluginData.newBuilder().setPluginName("text")))
        .setTensor(
            TensorProto.newBuilder()
                .setDtype(DataType.DT_STRING)
                .setTensorShape(
                    TensorShapeProto.newBuilder()
                        .addDim(TensorShapeProto.Dim.newBuilder().setSize(1)))
                .addStringVal(ByteString.copyFromUtf8(markdown)))
        .build();
  }
}
