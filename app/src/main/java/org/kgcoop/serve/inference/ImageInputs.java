package org.kgcoop.serve.inference;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.features.ViewEncoder.Pixels;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.inference.InferenceRequest.Input;
import org.kgcoop.serve.model.ImageReader;
import org.kgcoop.tensor.DType;

/** Reads the images of an inference request, which are files or pixels. */
final class ImageInputs {
  /** BYTES, (B): image files. */
  static final String IMAGE = "image";

  /** FP32 or FP16, (B, channels, R, R): cropped, resized and normalized for the CLIP. */
  static final String PIXELS = "pixels";

  /** A limit far above normalized values, and below most unnormalized ones. */
  private static final float LARGEST = 20;

  private final ImageReader reader;
  private final Preprocessing preprocessing;
  private final int most;

  /**
   * Creates a reader.
   *
   * @param preprocessing the preprocessing that pixels have passed
   * @param most the maximum number of images per request
   */
  ImageInputs(ImageReader reader, Preprocessing preprocessing, int most) {
    this.reader = reader;
    this.preprocessing = preprocessing;
    this.most = most;
  }

  /** Returns the maximum number of images per request. */
  int most() {
    return most;
  }

  /** Returns the maximum number of numbers per request. */
  int mostNumbers() {
    return Math.multiplyExact(most, numbersAImage());
  }

  private int numbersAImage() {
    return preprocessing.channels() * preprocessing.size() * preprocessing.size();
  }

  /**
   * Decodes the images of the only input of a request.
   *
   * @throws RefusedRequestException 400 if the input is unknown or inconsistent, or a file cannot
   *     be read as an image
   */
  List<Pixels> of(InferenceRequest request) {
    if (request.inputs().size() != 1) {
      throw new RefusedRequestException(
          400,
          "inputs: expected one, '%s' or '%s', got %s"
              .formatted(IMAGE, PIXELS, request.inputs().size()));
    }
    Input input = request.inputs().get(0);
    return switch (input.name()) {
      case IMAGE -> decoded(input, files(input));
      case PIXELS -> pixels(input);
      default -> throw input.refused("name", "expected '" + IMAGE + "' or '" + PIXELS + "'");
    };
  }

  private List<Pixels> decoded(Input input, List<byte[]> files) {
    List<Pixels> decoded = new ArrayList<>();
    for (byte[] file : files) {
      try {
        decoded.add(reader.read(file));
      } catch (KgCoopException e) {
        throw input.refused("data[" + decoded.size() + "]", String.valueOf(e.getMessage()));
      }
    }
    return decoded;
  }

  private List<byte[]> files(Input input) {
    if (!input.datatype().equals("BYTES")) {
      throw input.refused("datatype", "expected BYTES");
    }
    if (input.shape().size() != 1) {
      throw input.refused("shape", "expected [B], the number of images");
    }
    int count = count(input);
    ByteBuffer binary = input.binary();
    List<byte[]> files = binary == null ? input.elements() : elements(input, binary);
    if (files.size() != count) {
      throw input.refused(
          "shape", "is %s for %s elements of type BYTES".formatted(input.shape(), files.size()));
    }
    return files;
  }

  private int count(Input input) {
    long count = input.shape().get(0);
    if (count < 1 || count > most) {
      throw input.refused("shape[0]", "expected 1 to " + most + " images per request");
    }
    return (int) count;
  }

  /** Splits binary data into elements. Each follows its length, an unsigned number of 4 bytes. */
  private List<byte[]> elements(Input input, ByteBuffer binary) {
    List<byte[]> elements = new ArrayList<>();
    while (binary.hasRemaining()) {
      long length = binary.remaining() < 4 ? -1 : binary.getInt() & 0xffff_ffffL;
      if (length < 0 || length > binary.remaining() || elements.size() == most) {
        throw input.refused(
            "parameters.binary_data_size",
            "element %s does not fit: expected %s elements, each after its length in 4 bytes"
                .formatted(elements.size(), input.shape()));
      }
      byte[] element = new byte[(int) length];
      binary.get(element);
      elements.add(element);
    }
    return elements;
  }

  private List<Pixels> pixels(Input input) {
    DType type =
        switch (input.datatype()) {
          case "FP32" -> DType.FLOAT32;
          case "FP16" -> DType.FLOAT16;
          default -> throw input.refused("datatype", "expected FP32, or FP16 as binary data");
        };
    int size = preprocessing.size();
    List<Long> one = List.of((long) preprocessing.channels(), (long) size, (long) size);
    if (input.shape().size() != 4 || !input.shape().subList(1, 4).equals(one)) {
      throw input.refused(
          "shape",
          "expected [B, %s, %s, %s], got %s"
              .formatted(preprocessing.channels(), size, size, input.shape()));
    }
    int count = count(input);
    float[] values = numbers(input, type, count * numbersAImage());
    for (int i = 0; i < values.length; i++) {
      if (!(Math.abs(values[i]) <= LARGEST)) {
        throw input.refused(
            "data",
            "number %s is %s; expected pixels normalized by the mean and std of the metadata"
                .formatted(i, values[i]));
      }
    }
    return IntStream.range(0, count)
        .<Pixels>mapToObj(
            i ->
                (to, offset) ->
                    System.arraycopy(values, i * numbersAImage(), to, offset, numbersAImage()))
        .toList();
  }

  private static float[] numbers(Input input, DType type, int expected) {
    ByteBuffer binary = input.binary();
    if (binary != null) {
      if (binary.remaining() != expected * type.bytes()) {
        throw input.refused(
            "parameters.binary_data_size",
            "is %s, expected %s for the shape %s"
                .formatted(binary.remaining(), expected * type.bytes(), input.shape()));
      }
      return new StoredTensor(input.name(), type, new long[] {expected}, binary).toFloats();
    }
    if (type != DType.FLOAT32) {
      throw input.refused("data", input.datatype() + " must be binary data");
    }
    if (input.numbers().remaining() != expected) {
      throw input.refused(
          "data",
          "expected %s numbers for the shape %s, got %s"
              .formatted(expected, input.shape(), input.numbers().remaining()));
    }
    float[] values = new float[expected];
    input.numbers().get(values);
    return values;
  }
}
