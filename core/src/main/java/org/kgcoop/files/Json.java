package org.kgcoop.files;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.deser.std.NumberDeserializers.DoubleDeserializer;
import com.fasterxml.jackson.databind.deser.std.StringDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * JSON, and the JSON files of runs and tables. {@link #STRICT} and {@link #LENIENT} are the two
 * ways to read it. Text after a value is an error in both.
 */
public final class Json {
  /** Every key is known and given once, and every value has the type of its component. */
  public static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          .withCoercionConfig(
              LogicalType.Textual,
              config ->
                  config
                      .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                      .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
          .build();

  /**
   * Files that other versions write and read: unknown keys are ignored, a missing number is NaN,
   * and a missing text is empty. NaN counts as empty and is written as null. Keys are in snake
   * case.
   */
  public static final JsonMapper LENIENT =
      JsonMapper.builder()
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
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

  /** Other programs write NaN. */
  private static final ObjectReader READER =
      LENIENT.reader().with(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS);

  private Json() {}

  /** Converts a record to JSON. */
  public static ObjectNode tree(Object content) {
    return LENIENT.valueToTree(content);
  }

  /**
   * Returns the content of a file, or a missing node if there is no such file.
   *
   * @throws KgCoopException of the category IO if it cannot be read or is not a JSON object
   */
  public static JsonNode read(Path file) {
    return read(file, JsonNode.class).orElse(MissingNode.getInstance());
  }

  /**
   * Returns the content of a file as a record; empty if there is no such file.
   *
   * @throws KgCoopException of the category IO if it cannot be read or is not a JSON object
   */
  public static <T> Optional<T> read(Path file, Class<T> type) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    // a parser, because the file can be long
    try (JsonParser parser = READER.createParser(Folders.stream(file))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new KgCoopException(
            KgCoopException.Category.IO,
            file + ": not a JSON object; delete it and run the command that made it again");
      }
      return Optional.of(READER.readValue(parser, type));
    } catch (JsonProcessingException e) {
      throw KgCoopException.io(
          "%s: damaged in line %s; expected JSON; delete it and run the command that made it again"
              .formatted(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /**
   * Returns the content of a JSON file of a data set, as maps, lists, texts and numbers.
   *
   * @throws KgCoopException of the category DATA if it is not JSON, with the line
   */
  public static @Nullable Object readData(Path file) {
    try {
      return LENIENT.readValue(Folders.bytes(file), Object.class);
    } catch (JsonProcessingException e) {
      throw KgCoopException.data(
          "%s, line %s: not JSON: %s"
              .formatted(
                  file,
                  e.getLocation() == null ? 1 : e.getLocation().getLineNr(),
                  FileErrors.oneLine(e.getOriginalMessage(), e)),
          e);
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /**
   * Reads the finite numbers from a file of JSON objects, one per line. If there is no such file,
   * there are none. An incomplete line ends the file.
   *
   * @param lines receives the numbers of an object by key, in a map that is reused for the next
   *     object
   */
  public static void readNumbers(Path file, Consumer<Map<String, Double>> lines) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    Map<String, Double> numbers = new LinkedHashMap<>();
    try (JsonParser parser = READER.createParser(file.toFile())) {
      while (parser.nextToken() != null) {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
          parser.skipChildren();
          continue;
        }
        numbers.clear();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String key = parser.currentName();
          if (parser.nextToken().isNumeric()) {
            double value = parser.getDoubleValue();
            if (Double.isFinite(value)) {
              numbers.put(key, value);
            }
          } else {
            parser.skipChildren();
          }
        }
        lines.accept(numbers);
      }
    } catch (JsonProcessingException e) {
      return; // an incomplete last line: its writer died, or is still writing
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /** Returns true if a file consists of a JSON object. It may be too large for memory. */
  public static boolean isObject(Path file) throws IOException {
    try (JsonParser parser = LENIENT.createParser(file.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Writes a record or JSON atomically and indented for readability. */
  public static void write(Path file, Object content) {
    JsonNode json = content instanceof JsonNode node ? node : tree(content);
    AtomicFile.write(
        file, out -> out.write((json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8)));
  }

  // ---- missing lists, maps and values of records

  public static <T> List<T> list(@Nullable List<T> values) {
    return values == null ? List.of() : List.copyOf(values);
  }

  public static <T> Map<String, T> map(@Nullable Map<String, T> values) {
    return values == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(values));
  }

  public static JsonNode node(@Nullable JsonNode value) {
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
