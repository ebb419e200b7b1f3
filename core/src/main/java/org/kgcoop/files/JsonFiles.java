package org.kgcoop.files;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
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
 * The JSON that runs and tables leave. What others wrote may have NaN in it, and a process that was
 * killed may have left half a line.
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
   * The content of a file; missing where there is no such file.
   *
   * @throws KgCoopException of the kind IO where it cannot be read or is no JSON object
   */
  public static JsonNode read(Path file) {
    JsonNode content = read(file, READER, JsonNode.class);
    return content == null ? MissingNode.getInstance() : content;
  }

  /**
   * The content of a file as a record or the like; null where there is no such file.
   *
   * @param reader knows how to make one
   * @throws KgCoopException of the kind IO where it cannot be read or is no JSON object
   */
  public static <T> @Nullable T read(Path file, ObjectReader reader, Class<T> type) {
    if (!Files.isRegularFile(file)) {
      return null;
    }
    try (JsonParser parser = reader.createParser(file.toFile())) { // no matter how long it is
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new KgCoopException(
            KgCoopException.Category.IO,
            file + ": no JSON object in it; delete it and run the command that made it again");
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
   * Reads the finite numbers of a file of JSON objects, a line each, however many there are; none
   * where there is no such file. Half of one ends it.
   *
   * @param lines gets the numbers of an object by their keys, in a map that the next object reuses
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
      return; // the process that wrote it has died, or is about to write the rest
    } catch (IOException e) {
      throw FileErrors.unreadable(file, e);
    }
  }

  /** Writes a file whole or not at all, for people to read too. */
  public static void write(Path file, JsonNode content) {
    AtomicFile.write(
        file, out -> out.write((content.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8)));
  }
}
