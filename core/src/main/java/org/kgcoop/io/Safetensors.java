package org.kgcoop.io;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.FileErrors;
import org.kgcoop.tensor.DType;

/**
 * Safetensors files. They consist of an 8-byte little-endian length, a JSON header of that length
 * (name to element type, shape and position), and the bytes of the tensors without gaps.
 */
public final class Safetensors {

  /** The maximum size of a header, which is the limit of the format. */
  static final long MAX_HEADER = 100_000_000;

  private static final String METADATA = "__metadata__";

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .build();
  private static final ObjectReader PLACE = JSON.readerFor(Place.class);

  private Safetensors() {}

  /** The entry of a tensor in the header. Offsets count from the end of the header. */
  private record Place(
      @JsonProperty(value = "dtype", required = true) @Nullable String dtype,
      @JsonProperty(value = "shape", required = true) @Nullable List<Long> shape,
      @JsonProperty(value = "data_offsets", required = true) @Nullable List<Long> offsets) {}

  private record Slot(String name, DType dtype, List<Long> shape, long begin, long end) {}

  /**
   * Reads a file into memory.
   *
   * @throws KgCoopException if the file cannot be read or is damaged
   */
  public static WeightFile read(Path path) {
    return read(FileBytes.open(path)).inMemory();
  }

  /**
   * Reads a file in memory.
   *
   * @param name the name in error messages
   * @throws KgCoopException if it is damaged
   */
  public static WeightFile read(Path name, byte[] file) {
    return read(FileBytes.of(name, file));
  }

  /** Reads the header of a file. Its tensors are read when they are used. */
  static WeightFile read(FileBytes file) {
    Path path = file.path();
    if (file.size() < 8) {
      throw FileErrors.damaged(path, file.size() + " bytes are too few for a safetensors file");
    }
    long headerLength = file.window(0, 8).getLong();
    if (headerLength < 2 || headerLength > Math.min(MAX_HEADER, file.size() - 8)) {
      throw FileErrors.damaged(
          path,
          "its safetensors header claims %s bytes, expected 2 to %s"
              .formatted(
                  Long.toUnsignedString(headerLength), Math.min(MAX_HEADER, file.size() - 8)));
    }
    Map<String, String> metadata = new LinkedHashMap<>();
    List<Slot> slots = readHeader(path, text(path, file.window(8, headerLength)), metadata);
    long dataStart = 8 + headerLength;
    checkNoGaps(path, slots, file.size() - dataStart);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Slot s : slots) {
      ByteSource data = file.part(dataStart + s.begin, s.end - s.begin);
      tensors.put(s.name, new StoredTensor(s.name, s.dtype, array(s.shape), data));
    }
    return new WeightFile(path, WeightFile.Format.SAFETENSORS, tensors, metadata, List.of());
  }

  private static String text(Path path, ByteBuffer bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
    } catch (CharacterCodingException e) {
      throw FileErrors.damaged(path, "its safetensors header is not UTF-8", e);
    }
  }

  private static List<Slot> readHeader(Path path, String header, Map<String, String> metadata) {
    List<Slot> slots = new ArrayList<>();
    try (JsonParser parser = JSON.createParser(header)) {
      require(path, header.startsWith("{") && parser.nextToken() == JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        if (name.equals(METADATA)) {
          readMetadata(path, parser, metadata);
        } else {
          slots.add(slot(path, name, PLACE.readValue(parser)));
        }
      }
      if (parser.nextToken() != null) {
        throw FileErrors.damaged(path, "text follows the JSON of its safetensors header");
      }
      return slots;
    } catch (JsonProcessingException e) {
      throw FileErrors.damaged(
          path,
          "its safetensors header is not the JSON expected: "
              + FileErrors.oneLine(e.getOriginalMessage(), e),
          e);
    } catch (IOException e) {
      throw FileErrors.unreadable(path, e);
    }
  }

  private static void require(Path path, boolean condition) {
    if (!condition) {
      throw FileErrors.damaged(path, "its safetensors header is not a JSON object");
    }
  }

  private static void readMetadata(Path path, JsonParser parser, Map<String, String> metadata)
      throws IOException {
    require(path, parser.currentToken() == JsonToken.START_OBJECT);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        throw FileErrors.damaged(path, "its metadata '" + key + "' is not a text");
      }
      metadata.put(key, parser.getText());
    }
  }

  /** Checks a single tensor: its type, and that its bytes fit its shape. */
  private static Slot slot(Path path, String name, @Nullable Place place) {
    if (place == null
        || place.dtype == null
        || place.shape == null
        || place.offsets == null
        || place.offsets.size() != 2
        || place.offsets.contains(null)
        || place.shape.contains(null)) {
      throw FileErrors.damaged(
          path, "tensor '" + name + "' lacks one of dtype, shape and two data_offsets");
    }
    String dtypeName = place.dtype;
    DType dtype =
        DType.ofSafetensorsName(dtypeName)
            .orElseThrow(
                () ->
                    FileErrors.refused(
                        path,
                        "tensor '%s' has the element type %s, expected one of %s; convert it to F32"
                            .formatted(
                                name,
                                dtypeName,
                                Arrays.stream(DType.values())
                                    .map(DType::safetensorsName)
                                    .toList())));
    long begin = place.offsets.get(0);
    long end = place.offsets.get(1);
    long bytes;
    try {
      bytes = Math.multiplyExact(StoredTensor.elements(array(place.shape)), (long) dtype.bytes());
    } catch (ArithmeticException | IllegalArgumentException e) {
      throw FileErrors.damaged(
          path, "tensor '%s' has the impossible shape %s".formatted(name, place.shape), e);
    }
    if (begin < 0 || end < begin || end - begin != bytes) {
      throw FileErrors.damaged(
          path,
          "tensor '%s' of %s %s takes %s bytes, its data_offsets are [%s, %s]"
              .formatted(name, dtypeName, place.shape, bytes, begin, end));
    }
    return new Slot(name, dtype, place.shape, begin, end);
  }

  private static long[] array(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  private static void checkNoGaps(Path path, List<Slot> slots, long dataLength) {
    List<Slot> sorted = new ArrayList<>(slots);
    sorted.sort(Comparator.comparingLong(Slot::begin).thenComparingLong(Slot::end));
    long position = 0;
    for (Slot s : sorted) {
      if (s.begin != position) {
        throw FileErrors.damaged(
            path,
            "tensor '%s' begins at byte %s of the data, expected %s (%s)"
                .formatted(
                    s.name, s.begin, position, s.begin < position ? "an overlap" : "a hole"));
      }
      position = s.end;
    }
    if (position != dataLength) {
      throw FileErrors.damaged(
          path,
          "its tensors take %s bytes, %s follow the header (%s)"
              .formatted(position, dataLength, position > dataLength ? "cut short" : "too long"));
    }
  }

  /**
   * Writes tensors in the given order. Equal input gives byte-identical files.
   *
   * @throws KgCoopException if the file cannot be written
   */
  public static void write(
      Path path, Collection<StoredTensor> tensors, Map<String, String> metadata) {
    List<Slot> slots = new ArrayList<>();
    long position = 0;
    for (StoredTensor tensor : tensors) {
      slots.add(slot(tensor.name(), tensor.dtype(), tensor.shape(), position));
      position += tensor.byteCount();
    }
    byte[] header = header(slots, metadata, /* least= */ 0);
    AtomicFile.write(
        path,
        out -> {
          out.write(header);
          WritableByteChannel channel = Channels.newChannel(out);
          for (StoredTensor tensor : tensors) {
            writeFully(channel, tensor.data());
          }
        });
  }

  /**
   * Returns the start of a file with one float32 tensor. The caller appends its values,
   * little-endian.
   *
   * @param length the least number of bytes, a multiple of 8
   * @throws KgCoopException if the metadata exceed the format's limit
   */
  public static byte[] beginning(
      String name, long[] shape, Map<String, String> metadata, int length) {
    byte[] header = header(List.of(slot(name, DType.FLOAT32, shape, 0)), metadata, length);
    if (header.length - 8 > MAX_HEADER) {
      throw KgCoopException.configuration(
          "the header of this safetensors file would have %s bytes, but the limit is %s: choose"
                  .formatted(header.length - 8, MAX_HEADER)
              + " another format");
    }
    return header;
  }

  private static Slot slot(String name, DType dtype, long[] shape, long begin) {
    long bytes = Math.multiplyExact(StoredTensor.elements(shape), (long) dtype.bytes());
    return new Slot(name, dtype, Arrays.stream(shape).boxed().toList(), begin, begin + bytes);
  }

  private static void writeFully(WritableByteChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /**
   * Returns the length and the header, padded with spaces so that the data begin at a multiple of
   * 8.
   *
   * @param least the least number of bytes
   */
  private static byte[] header(List<Slot> slots, Map<String, String> metadata, int least) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[Long.BYTES]);
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.enable(JsonGenerator.Feature.STRICT_DUPLICATE_DETECTION);
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writePOJOField(METADATA, metadata);
      }
      for (Slot slot : slots) {
        json.writeObjectFieldStart(slot.name());
        json.writeStringField("dtype", slot.dtype().safetensorsName());
        json.writeFieldName("shape");
        json.writeArray(array(slot.shape()), 0, slot.shape().size());
        json.writeFieldName("data_offsets");
        json.writeArray(new long[] {slot.begin(), slot.end()}, 0, 2);
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalArgumentException("tensor names must differ: " + e.getMessage(), e);
    }
    while (bytes.size() < least || bytes.size() % 8 != 0) {
      bytes.write(' ');
    }
    byte[] header = bytes.toByteArray();
    ByteBuffer length = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    length.putLong(0, header.length - Long.BYTES);
    return header;
  }
}
