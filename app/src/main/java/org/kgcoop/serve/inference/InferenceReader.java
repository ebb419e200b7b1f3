package org.kgcoop.serve.inference;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.kgcoop.data.UnicodeText;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * Reads the body of an inference request: a JSON object, then the binary data of the inputs with
 * {@code binary_data_size}, in their order. The JSON is parsed as a stream and unused parts are
 * skipped. Therefore a request needs no more memory than its tensors, whose size is limited.
 */
final class InferenceReader {
  private static final int MOST_TENSORS = 16;
  private static final int MOST_DIMENSIONS = 8;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(20)
                  .maxStringLength(1000) // base64 images are not read as strings
                  .maxNameLength(1000)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(
              JsonFactory.Feature.INTERN_FIELD_NAMES) // a request may contain millions of names
          .build();

  private final JsonParser parser;
  private final int mostElements;
  private final int mostNumbers;
  private final ByteBuffer binary; // the part that no input has taken yet
  private final String hint; // for binary data without a header

  private InferenceReader(
      JsonParser parser, ByteBuffer binary, String hint, int mostElements, int mostNumbers) {
    this.parser = parser;
    this.binary = binary;
    this.hint = hint;
    this.mostElements = mostElements;
    this.mostNumbers = mostNumbers;
  }

  /**
   * Reads a body.
   *
   * @param jsonLength the length of the JSON object in bytes, or null if the body is only JSON
   * @param mostElements the maximum number of elements of an input of type BYTES
   * @param mostNumbers the maximum number of numbers of an input
   * @throws RefusedRequestException 400, with the place and the expected value
   */
  static InferenceRequest read(
      byte[] body, @Nullable String jsonLength, int mostElements, int mostNumbers) {
    int length = jsonLength == null ? body.length : length(jsonLength, body.length);
    ByteBuffer binary =
        ByteBuffer.wrap(body, length, body.length - length).slice().order(ByteOrder.LITTLE_ENDIAN);
    String hint =
        jsonLength == null ? "; binary data need the header " + InferenceResponse.JSON_LENGTH : "";
    try (JsonParser parser = JSON.createParser(body, 0, length)) {
      return new InferenceReader(parser, binary, hint, mostElements, mostNumbers).request();
    } catch (JsonProcessingException e) {
      throw refused(
          "the JSON object",
          "cannot be read at byte %s: %s%s"
              .formatted(
                  e.getLocation() == null ? length : e.getLocation().getByteOffset(),
                  reason(e),
                  hint));
    } catch (IOException e) { // bytes that look like UTF-16 or UTF-32
      throw refused("the JSON object", "is not UTF-8" + hint);
    }
  }

  /** Returns the message of the parser without its advice to programmers. */
  private static String reason(JsonProcessingException e) {
    String line = String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
    return line.replaceFirst(": enable .*", "").replaceFirst(", from `.*`", "");
  }

  private static int length(String text, int most) {
    try {
      int length = Integer.parseInt(text.strip());
      if (length >= 0 && length <= most) {
        return length;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw refused(
        InferenceResponse.JSON_LENGTH,
        "expected the length of the JSON object, at most the " + most + " bytes of the body");
  }

  private static RefusedRequestException refused(String place, String reason) {
    return new RefusedRequestException(400, place + ": " + reason);
  }

  /** The supported parameters. */
  private record Parameters(
      @Nullable Boolean binaryData,
      @Nullable Boolean binaryDataOutput,
      @Nullable Long binaryDataSize,
      @Nullable Long classification) {
    static final Parameters NONE = new Parameters(null, null, null, null);
  }

  private InferenceRequest request() throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw refused("the body", "expected a JSON object with 'inputs'");
    }
    String id = null;
    Parameters parameters = Parameters.NONE;
    List<InferenceRequest.Input> inputs = List.of();
    List<InferenceRequest.Output> outputs = List.of();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      switch (field) {
        case "id" -> id = text("id");
        case "parameters" -> parameters = parameters("parameters");
        case "inputs" -> inputs = objects("inputs", this::input);
        case "outputs" -> outputs = objects("outputs", this::output);
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      throw refused("the body", "unexpected text after the JSON object");
    }
    if (binary.hasRemaining()) {
      throw refused(
          "the body", binary.remaining() + " bytes after the JSON object belong to no input");
    }
    boolean binaryOutput = Boolean.TRUE.equals(parameters.binaryDataOutput());
    return new InferenceRequest(id, inputs, outputs, binaryOutput);
  }

  private interface Element<T> {
    T read(String place) throws IOException;
  }

  private <T> List<T> objects(String place, Element<T> element) throws IOException {
    expect(JsonToken.START_ARRAY, place, "a list");
    List<T> all = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String here = place + "[" + all.size() + "]";
      if (all.size() == MOST_TENSORS) {
        throw refused(here, "expected at most " + MOST_TENSORS);
      }
      expect(JsonToken.START_OBJECT, here, "an object");
      all.add(element.read(here));
    }
    return all;
  }

  private InferenceRequest.Input input(String place) throws IOException {
    String name = null;
    String datatype = null;
    List<Long> shape = null;
    TensorData data = null;
    Long binarySize = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      String here = place + "." + field;
      parser.nextToken();
      switch (field) {
        case "name" -> name = text(here);
        case "datatype" -> datatype = text(here);
        case "shape" -> shape = shape(here);
        case "parameters" -> binarySize = parameters(here).binaryDataSize();
        case "data" -> data = TensorData.read(parser, here, mostElements, mostNumbers);
        default -> parser.skipChildren();
      }
    }
    if (name == null || datatype == null || shape == null) {
      throw refused(place, "expected 'name', 'datatype' and 'shape'");
    }
    if ((data == null) == (binarySize == null)) {
      throw refused(
          place, "expected one of 'data' and the parameter 'binary_data_size' with binary data");
    }
    return new InferenceRequest.Input(
        place,
        name,
        datatype,
        shape,
        data == null ? FloatBuffer.allocate(0) : data.numbers(),
        data == null ? List.of() : data.elements(),
        binarySize == null ? null : binary(place, binarySize));
  }

  private ByteBuffer binary(String place, long size) {
    if (size < 0 || size > binary.remaining()) {
      throw refused(
          place + ".parameters.binary_data_size",
          "is %s, but %s bytes are left after the JSON object%s"
              .formatted(size, binary.remaining(), hint));
    }
    ByteBuffer own = binary.slice(binary.position(), (int) size).order(ByteOrder.LITTLE_ENDIAN);
    binary.position(binary.position() + (int) size);
    return own;
  }

  private InferenceRequest.Output output(String place) throws IOException {
    String name = null;
    Parameters parameters = Parameters.NONE;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      String here = place + "." + field;
      parser.nextToken();
      switch (field) {
        case "name" -> name = text(here);
        case "parameters" -> parameters = parameters(here);
        default -> parser.skipChildren();
      }
    }
    if (name == null) {
      throw refused(place, "expected 'name'");
    }
    Long classification = parameters.classification();
    if (classification != null && classification < 1) {
      throw refused(place + ".parameters.classification", "expected at least 1");
    }
    int classes = (int) Math.min(Integer.MAX_VALUE, Objects.requireNonNullElse(classification, 0L));
    return new InferenceRequest.Output(place, name, parameters.binaryData(), classes);
  }

  private Parameters parameters(String place) throws IOException {
    expect(JsonToken.START_OBJECT, place, "an object");
    Boolean binaryData = null;
    Boolean binaryDataOutput = null;
    Long binaryDataSize = null;
    Long classification = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      String here = place + "." + field;
      parser.nextToken();
      switch (field) {
        case "binary_data" -> binaryData = flag(here);
        case "binary_data_output" -> binaryDataOutput = flag(here);
        case "binary_data_size" -> binaryDataSize = whole(here);
        case "classification" -> classification = whole(here);
        default -> {
          if (field.startsWith("shared_memory")) {
            throw refused(here, "shared memory is not supported; send the data");
          }
          parser.skipChildren();
        }
      }
    }
    return new Parameters(binaryData, binaryDataOutput, binaryDataSize, classification);
  }

  private List<Long> shape(String place) throws IOException {
    expect(JsonToken.START_ARRAY, place, "a list of whole numbers");
    List<Long> shape = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (shape.size() == MOST_DIMENSIONS) {
        throw refused(place, "expected at most " + MOST_DIMENSIONS + " dimensions");
      }
      shape.add(whole(place + "[" + shape.size() + "]"));
    }
    return shape;
  }

  private void expect(JsonToken token, String place, String what) {
    if (parser.currentToken() != token) {
      throw refused(place, "expected " + what);
    }
  }

  private String text(String place) throws IOException {
    expect(JsonToken.VALUE_STRING, place, "a text");
    String text = parser.getText();
    UnicodeText.check(place, text); // the answer could not repeat it
    return text;
  }

  private boolean flag(String place) throws IOException {
    if (!parser.currentToken().isBoolean()) {
      throw refused(place, "expected true or false");
    }
    return parser.getBooleanValue();
  }

  private long whole(String place) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
      throw refused(place, "expected a whole number");
    }
    return parser.getLongValue();
  }
}
