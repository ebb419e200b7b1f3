package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers.DoubleDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.JsonFiles;

/**
 * The JSON of runs and tables as records. Empty values are not written: a missing number is NaN, a
 * missing text is empty. Unknown keys are ignored.
 */
public final class RunJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(
              new SimpleModule()
                  .addDeserializer(double.class, new DoubleDeserializer(Double.class, Double.NaN))
                  .addDeserializer(Double.class, new DoubleDeserializer(Double.class, Double.NaN))
                  .addDeserializer(String.class, new TextReader())
                  .addSerializer(double.class, new NumberWriter())
                  .addSerializer(Double.class, new NumberWriter()))
          .build();

  private RunJson() {}

  /** Converts a record to the JSON of its file. */
  public static ObjectNode tree(Object content) {
    return MAPPER.valueToTree(content);
  }

  /**
   * Reads a file; empty if it does not exist.
   *
   * @throws org.kgcoop.KgCoopException of the category IO if it cannot be read or is not a JSON
   *     object
   */
  public static <T> Optional<T> read(Path file, Class<T> type) {
    return Optional.ofNullable(JsonFiles.read(file, MAPPER.reader(), type));
  }

  /** Writes a file atomically. */
  public static void write(Path file, Object content) {
    JsonFiles.write(file, tree(content));
  }

  /** Reads a line of a file; null if it is damaged. */
  static <T> @Nullable T line(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      return null;
    }
  }

  /** Returns the JSON as a file gives it back, so that numbers of all types compare. */
  static JsonNode stored(Object content) {
    try {
      return MAPPER.readTree(tree(content).toString());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- defaults of missing lists, maps and values, for the records

  static <T> List<T> list(@Nullable List<T> values) {
    return values == null ? List.of() : List.copyOf(values);
  }

  static <T> Map<String, T> map(@Nullable Map<String, T> values) {
    return values == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  static JsonNode node(@Nullable JsonNode value) {
    return value == null ? MissingNode.getInstance() : value;
  }

  private static final class NumberWriter extends JsonSerializer<Double> {
    @Override
    public void serialize(Double value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      if (value.isNaN()) {
        generator.writeNull();
      } else {
        generator.writeNumber(value);
      }
    }

    @Override
    public boolean isEmpty(SerializerProvider provider, Double value) {
      return value.isNaN();
    }
  }

  private static final class TextReader extends StringDeserializer {
    @Override
    public String getNullValue(DeserializationContext context) {
      return "";
    }
  }
}
