package org.kgcoop.io;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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
import org.kgcoop.files.Json;
import org.kgcoop.tensor.DType;

/**
 * Safetensors files. They consist of an 8-byte little-endian length, a JSON header of that length
 * (name to element type, shape and position), and the bytes of the tensors without gaps.
 */
public final class Safetensors {

  /** The maximum size of a header, which is the limit of the format. */
  static final long MAX_HEADER = 100_000_000;

  private static final String METADATA = "__metadata__";

  private Safetensors() {}

  /** The header, with the entries of the tensors in the order of the file. */
  private static final class Header {
    @JsonProperty(METADATA)
    @JsonSetter(nulls = Nulls.FAIL, contentNulls = Nulls.FAIL)
    private Map<String, String> metadata = Map.of();

    @JsonAnySetter private final Map<String, @Nullable Place> tensors = new LinkedHashMap<>();
  }

  /** The entry of a tensor in the header. Offsets count from the end of the header. */
  private record Place(
      @JsonProperty(value = "dtype", required = true) @Nullable String dtype,
      @JsonProperty(value = "shape", required = true) @Nullable List<Long> shape,
      @JsonProperty(value = "data_offsets", required = true) @Nullable List<Long> offsets) {
    static Place of(DType dtype, long[] shape, long begin) {
      long bytes = Math.multiplyExact(StoredTensor.elements(shape), (long) dtype.bytes());
      List<Long> lengths = Arrays.stream(shape).boxed().toList();
      return new Place(dtype.safetensorsName(), lengths, List.of(begin, begin + bytes));
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Slot(String name, DType dtype, long[] shape, long begin, long end) {}

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
    Header header = header(path, file.window(8, headerLength));
    List<Slot> slots = new ArrayList<>();
    header.tensors.forEach((name, place) -> slots.add(slot(path, name, place)));
    long dataStart = 8 + headerLength;
    checkNoGaps(path, slots, file.size() - dataStart);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (Slot s : slots) {
      ByteSource data = file.part(dataStart + s.begin, s.end - s.begin);
      tensors.put(s.name, new StoredTensor(s.name, s.dtype, s.shape, data));
    }
    return new WeightFile(path, WeightFile.Format.SAFETENSORS, tensors, header.metadata, List.of());
  }

  private static Header header(Path path, ByteBuffer bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
      return Json.STRICT.readValue(text, Header.class);
    } catch (CharacterCodingException e) {
      throw FileErrors.damaged(path, "its safetensors header is not UTF-8", e);
    } catch (JsonProcessingException e) {
      throw FileErrors.damaged(
          path,
          "its safetensors header is not the JSON expected: "
              + FileErrors.oneLine(e.getOriginalMessage(), e),
          e);
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
    long[] shape = place.shape.stream().mapToLong(Long::longValue).toArray();
    long bytes;
    try {
      bytes = Math.multiplyExact(StoredTensor.elements(shape), (long) dtype.bytes());
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
    return new Slot(name, dtype, shape, begin, end);
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
    Map<String, Place> places = new LinkedHashMap<>();
    long position = 0;
    for (StoredTensor tensor : tensors) {
      Place place = Place.of(tensor.dtype(), tensor.shape(), position);
      if (places.put(tensor.name(), place) != null) {
        throw new IllegalArgumentException("tensor names must differ: " + tensor.name());
      }
      position += tensor.byteCount();
    }
    byte[] header = header(places, metadata, /* least= */ 0);
    AtomicFile.write(
        path,
        out -> {
          out.write(header);
          for (StoredTensor tensor : tensors) {
            new BufferInput(tensor.data()).transferTo(out);
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
    byte[] header = header(Map.of(name, Place.of(DType.FLOAT32, shape, 0)), metadata, length);
    if (header.length - 8 > MAX_HEADER) {
      throw KgCoopException.configuration(
          "the header of this safetensors file would have %s bytes, but the limit is %s: choose"
                  .formatted(header.length - 8, MAX_HEADER)
              + " another format");
    }
    return header;
  }

  /**
   * Returns the length and the header, padded with spaces so that the data begin at a multiple of
   * 8.
   *
   * @param least the least number of bytes
   */
  private static byte[] header(
      Map<String, Place> tensors, Map<String, String> metadata, int least) {
    Map<String, Object> header = new LinkedHashMap<>();
    if (!metadata.isEmpty()) {
      header.put(METADATA, metadata);
    }
    header.putAll(tensors);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes(new byte[Long.BYTES]);
    try {
      Json.STRICT.writeValue(bytes, header);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    while (bytes.size() < least || bytes.size() % 8 != 0) {
      bytes.write(' ');
    }
    byte[] padded = bytes.toByteArray();
    ByteBuffer length = ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN);
    length.putLong(0, padded.length - Long.BYTES);
    return padded;
  }
}
