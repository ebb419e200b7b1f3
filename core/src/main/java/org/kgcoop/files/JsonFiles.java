package org.kgcoop.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The JSON files of runs and tables. Files of other programs may contain NaN, and a killed process
 * may leave half a line.
 */
public final class JsonFiles {
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build()
          .reader();

  private JsonFiles() {}

  /**
   * Returns the content of a file, or a missing node if there is no such file.
   *
   * @throws KgCoopException of the category IO if it cannot be read or is not a JSON object
   */
  public static JsonNode read(Path file) {
    JsonNode content = read(file, READER, JsonNode.class);
    return content == null ? MissingNode.getInstance() : content;
  }

  /**
   * Returns the content of a file as an object, or null if there is no such file.
   *
   * @param reader creates the object
   * @throws KgCoopException of the category IO if it cannot be read or is not a JSON object
   */
  public static <T> @Nullable T read(Path file, ObjectReader reader, Class<T> type) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    // a parser, because the file can be long
    try (JsonParser parser = reader.createParser(Folders.stream(file))) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new KgCoopException(
            KgCoopException.Category.IO,
            file + ": not a JSON object; delete it and run the command that made it again");
      }
      return reader.readValue(parser, type);
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
      return new ObjectMapper().readValue(Folders.bytes(file), Object.class);
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
    try (JsonParser parser = new JsonFactory().createParser(file.toFile())) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (JsonProcessingException e) {
      return false;
    }
  }

  /** Writes a file atomically and indented for readability. */
  public static void write(Path file, JsonNode content) {
    AtomicFile.write(
        file, out -> out.write((content.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8)));
  }
}
