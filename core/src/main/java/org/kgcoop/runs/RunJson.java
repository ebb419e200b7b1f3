package org.kgcoop.runs;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
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
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.files.JsonFiles;

/**
 * The JSON of runs and tables as records. Files may come from other versions: unknown keys are
 * ignored, a missing number is NaN, a missing text is empty, and a value of another kind counts as
 * missing.
 */
public final class RunJson {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .addModule(
              new SimpleModule()
                  .addDeserializer(double.class, new NumberReader())
                  .addDeserializer(Double.class, new NumberReader())
                  .addDeserializer(String.class, new TextReader())
                  .addSerializer(double.class, new NumberWriter())
                  .addSerializer(Double.class, new NumberWriter()))
          .addHandler(new OtherKinds())
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
  static <T> Optional<T> read(Path file, Class<T> type) {
    return Optional.ofNullable(JsonFiles.read(file, MAPPER.reader(), type));
  }

  // ---- defaults of missing lists, maps and values, for the records

  static <T> List<T> list(@Nullable List<T> values) {
    return values == null ? List.of() : values.stream().filter(Objects::nonNull).toList();
  }

  static Map<String, JsonNode> map(@Nullable Map<String, JsonNode> values) {
    return values == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  static JsonNode node(@Nullable JsonNode value) {
    return value == null ? MissingNode.getInstance() : value;
  }

  static String or(String text, String otherwise) {
    return text.isEmpty() ? otherwise : text;
  }

  private static final class NumberReader extends JsonDeserializer<Double> {
    @Override
    public Double deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      double value = Double.NaN;
      if (parser.currentToken().isNumeric()) {
        value = parser.getDoubleValue();
      } else {
        parser.skipChildren();
      }
      return Double.isFinite(value) ? value : Double.NaN;
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return Double.NaN;
    }
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

  private static final class TextReader extends JsonDeserializer<String> {
    @Override
    public String deserialize(JsonParser parser, DeserializationContext context)
        throws IOException {
      if (parser.currentToken().isScalarValue()) {
        return parser.getText();
      }
      parser.skipChildren();
      return "";
    }

    @Override
    public String getNullValue(DeserializationContext context) {
      return "";
    }

    @Override
    public Object getAbsentValue(DeserializationContext context) {
      return "";
    }
  }

  private static final class OtherKinds extends DeserializationProblemHandler {
    @Override
    public @Nullable Object handleUnexpectedToken(
        DeserializationContext context,
        JavaType type,
        JsonToken token,
        JsonParser parser,
        @Nullable String message)
        throws IOException {
      return skipped(parser);
    }

    @Override
    public @Nullable Object handleMissingInstantiator(
        DeserializationContext context,
        Class<?> type,
        ValueInstantiator instantiator,
        JsonParser parser,
        @Nullable String message)
        throws IOException {
      return skipped(parser);
    }

    @Override
    public @Nullable Object handleWeirdStringValue(
        DeserializationContext context, Class<?> type, String value, @Nullable String message) {
      return null;
    }

    private static @Nullable Object skipped(JsonParser parser) throws IOException {
      parser.skipChildren();
      return null;
    }
  }
}
