package org.kgcoop.data;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The reference cases in the test resources: results of Pillow, torchvision, CPython and
 * scikit-learn. They are a small part of a larger collection in the same format.
 */
public final class ReferenceCases {

  private static final Path FOLDER = Path.of("src/test/resources/reference/data");

  private ReferenceCases() {}

  /** Returns the cases of a kind. */
  public static Stream<JsonNode> ofKind(String kind) {
    try {
      JsonNode cases = new ObjectMapper().readTree(FOLDER.resolve("cases.json").toFile());
      return StreamSupport.stream(cases.path("cases").spliterator(), false)
          .filter(c -> c.path("kind").textValue().equals(kind));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Path file(JsonNode reference) {
    return FOLDER.resolve(reference.path("file").textValue());
  }

  /** Returns the bytes of a tensor of the cases. */
  public static byte[] tensor(String name) throws IOException {
    byte[] file = Files.readAllBytes(FOLDER.resolve("tensors.safetensors"));
    int headerLength = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode header = new ObjectMapper().readTree(file, 8, headerLength);
    JsonNode offsets = header.path(name).path("data_offsets");
    int base = 8 + headerLength;
    return Arrays.copyOfRange(
        file, base + offsets.path(0).intValue(), base + offsets.path(1).intValue());
  }

  /** Returns a list of integers. */
  public static List<Integer> integers(JsonNode array) {
    List<Integer> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.intValue()));
    return numbers;
  }

  /** Returns a list of numbers. */
  public static List<Double> numbers(JsonNode array) {
    List<Double> numbers = new ArrayList<>();
    array.forEach(number -> numbers.add(number.doubleValue()));
    return numbers;
  }
}
