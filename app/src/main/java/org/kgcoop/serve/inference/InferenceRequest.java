package org.kgcoop.serve.inference;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * A request of the Open Inference Protocol's {@code infer}, as it was sent.
 *
 * @param id to be given back
 * @param binaryOutput whether outputs that do not say how they are to be sent come as binary data
 * @param outputs those that are asked for; empty for all
 */
record InferenceRequest(
    @Nullable String id, List<Input> inputs, List<Output> outputs, boolean binaryOutput) {

  /**
   * An input tensor. One of the last three holds its data, the others are empty.
   *
   * @param place in the request, for errors
   * @param numbers row-major
   * @param elements of type BYTES, in order
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

    /** A refusal that names the place. */
    RefusedRequestException refused(String part, String reason) {
      return new RefusedRequestException(400, place + "." + part + ": " + reason);
    }
  }

  /**
   * An output that is asked for.
   *
   * @param place in the request, for errors
   * @param binary whether as binary data; null where it is not said
   * @param classification how many classes, best first, instead of numbers; 0 for numbers
   */
  record Output(String place, String name, @Nullable Boolean binary, int classification) {}
}
