package org.kgcoop.serve.inference;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kgcoop.serve.http.RefusedRequestException;

/** The elements of a tensor. The list may be nested according to the shape, or flat. */
final class TensorData {
  private final JsonParser parser;
  private final int mostElements;
  private final int mostNumbers;
  private final String place;
  private final List<byte[]> elements = new ArrayList<>();
  private float[] numbers = new float[64];
  private int count;

  private TensorData(JsonParser parser, String place, int mostElements, int mostNumbers) {
    this.parser = parser;
    this.place = place;
    this.mostElements = mostElements;
    this.mostNumbers = mostNumbers;
  }

  /**
   * Reads the list at the position of the parser.
   *
   * @param place the position in the request, for errors
   * @throws RefusedRequestException 400 if the list contains other elements, or too many
   */
  static TensorData read(JsonParser parser, String place, int mostElements, int mostNumbers)
      throws IOException {
    TensorData data = new TensorData(parser, place, mostElements, mostNumbers);
    data.read();
    return data;
  }

  private void read() throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw refused("expected a list");
    }
    int depth = 1;
    while (depth > 0) {
      JsonToken token = parser.nextToken();
      if (token == JsonToken.START_ARRAY) {
        depth++;
      } else if (token == JsonToken.END_ARRAY) {
        depth--;
      } else if (token == JsonToken.VALUE_STRING) {
        addElement();
      } else if (token != null && token.isNumeric()) {
        addNumber();
      } else {
        throw refused("expected numbers, or images as base64");
      }
    }
    if (count > 0 && !elements.isEmpty()) {
      throw refused("expected either numbers or texts");
    }
  }

  private RefusedRequestException refused(String reason) {
    return new RefusedRequestException(400, place + ": " + reason);
  }

  private void addElement() throws IOException {
    if (elements.size() == mostElements) {
      throw refused("expected at most " + mostElements + " images per request");
    }
    try {
      elements.add(parser.getBinaryValue());
    } catch (JsonEOFException e) {
      throw e;
    } catch (JsonProcessingException e) {
      throw new RefusedRequestException(
          400,
          place
              + "["
              + elements.size()
              + "]: expected a base64 image file; send other data as binary data");
    }
  }

  private void addNumber() throws IOException {
    if (count == mostNumbers) {
      throw refused(
          "more than %s numbers; expected at most %s images per request"
              .formatted(mostNumbers, mostElements));
    }
    if (count == numbers.length) {
      numbers = Arrays.copyOf(numbers, Math.min(mostNumbers, 2 * count));
    }
    numbers[count++] = parser.getFloatValue();
  }

  /** Returns the elements of type BYTES, in order. */
  List<byte[]> elements() {
    return elements;
  }

  /** Returns the numbers in row-major order. */
  FloatBuffer numbers() {
    return FloatBuffer.wrap(numbers, 0, count);
  }
}
