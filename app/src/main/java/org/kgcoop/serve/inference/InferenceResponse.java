package org.kgcoop.serve.inference;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an inference request: a JSON object and, after it, the data of the outputs that are
 * sent as binary data, in their order.
 */
final class InferenceResponse {
  /** The header with the length of the JSON object, where binary data follow it. */
  static final String JSON_LENGTH = "Inference-Header-Content-Length";

  private final ObjectNode json = JsonNodeFactory.instance.objectNode();
  private final ArrayNode outputs;
  private final ByteArrayOutputStream binary = new ByteArrayOutputStream();

  InferenceResponse(String model, String version, @Nullable String id) {
    json.put("model_name", model).put("model_version", version);
    if (id != null) {
      json.put("id", id);
    }
    outputs = json.putArray("outputs");
  }

  /** Adds a tensor (rows, columns) of type FP32. */
  void addNumbers(String name, List<float[]> rows, boolean asBinary) {
    ObjectNode output = output(name, "FP32", rows.size(), rows.get(0).length);
    if (asBinary) {
      ByteBuffer bytes =
          ByteBuffer.allocate(4 * rows.size() * rows.get(0).length).order(ByteOrder.LITTLE_ENDIAN);
      rows.forEach(row -> row(bytes, row));
      addBinary(output, bytes.array());
    } else {
      ArrayNode data = output.putArray("data");
      for (float[] row : rows) {
        for (float value : row) {
          data.add(value);
        }
      }
    }
  }

  /** Adds a tensor of type BOOL, as binary data a byte each. */
  void addBooleans(String name, List<Boolean> values, boolean asBinary) {
    ObjectNode output = output(name, "BOOL", values.size());
    if (asBinary) {
      ByteBuffer bytes = ByteBuffer.allocate(values.size());
      values.forEach(value -> bytes.put((byte) (value ? 1 : 0)));
      addBinary(output, bytes.array());
    } else {
      values.forEach(output.putArray("data")::add);
    }
  }

  private static void row(ByteBuffer bytes, float[] row) {
    for (float value : row) {
      bytes.putFloat(value);
    }
  }

  /**
   * Adds a tensor of type BYTES: each element is a text in UTF-8, as binary data behind its length
   * in 4 bytes.
   */
  void addTexts(String name, List<String> texts, boolean asBinary, int... shape) {
    ObjectNode output = output(name, "BYTES", shape);
    if (asBinary) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (String text : texts) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        bytes.writeBytes(
            ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(utf8.length).array());
        bytes.writeBytes(utf8);
      }
      addBinary(output, bytes.toByteArray());
    } else {
      texts.forEach(output.putArray("data")::add);
    }
  }

  private ObjectNode output(String name, String datatype, int... shape) {
    ObjectNode output = outputs.addObject().put("name", name).put("datatype", datatype);
    ArrayNode dimensions = output.putArray("shape");
    for (int dimension : shape) {
      dimensions.add(dimension);
    }
    return output;
  }

  private void addBinary(ObjectNode output, byte[] bytes) {
    output.putObject("parameters").put("binary_data_size", bytes.length);
    binary.writeBytes(bytes);
  }

  void send(Context request) {
    if (binary.size() == 0) {
      request.json(json);
      return;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes(json.toString().getBytes(StandardCharsets.UTF_8));
    request.header(JSON_LENGTH, String.valueOf(body.size()));
    body.writeBytes(binary.toByteArray());
    request.contentType("application/octet-stream").result(body.toByteArray());
  }
}
