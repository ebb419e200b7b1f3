package org.kgcoop.serve.inference;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * A request to {@code infer} of the Open Inference Protocol.
 *
 * @param id returned with the answer
 * @param binaryOutput true if outputs without an explicit choice are sent as binary data
 * @param outputs the requested outputs; empty for all
 */
record InferenceRequest(
    @Nullable String id, List<Input> inputs, List<Output> outputs, boolean binaryOutput) {

  /**
   * An input tensor. One of the last three components contains its data; the others are empty.
   *
   * @param place the position in the request, for errors
   * @param numbers row-major
   * @param elements the elements of type BYTES, in order
   * @param binary little-endian, after the JSON object
   */
  record Input(
      String place,
      String name,
      String datatype,
      List<Long> shape,
      FloatBuffer numbers,
      List<byte[]> elements,
      @Nullable ByteBuffer binary) {

    /** Returns a rejection that names the place. */
    RefusedRequestException refused(String part, String reason) {
      return new RefusedRequestException(400, place + "." + part + ": " + reason);
    }
  }

  /**
   * A requested output.
   *
   * @param place the position in the request, for errors
   * @param binary true to send binary data, null if the request does not specify it
   * @param classification the number of classes to return, best first, instead of numbers; 0 for
   *     numbers
   */
  record Output(String place, String name, @Nullable Boolean binary, int classification) {}
}
