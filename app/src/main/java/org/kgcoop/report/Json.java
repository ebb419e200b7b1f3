package org.kgcoop.report;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;

/** Reads the files of runs and tables; what others wrote may have NaN in it. */
final class Json {
  private static final ObjectReader READER =
      JsonMapper.builder()
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
          .build()
          .reader();

  private Json() {}

  /**
   * The content of a file; missing where there is no such file.
   *
   * @throws KgCoopException of the kind IO where it cannot be read or is no JSON
   */
  static JsonNode read(Path file) {
    if (!Files.isRegularFile(file)) {
      return MissingNode.getInstance();
    }
    try {
      return READER.readTree(Files.readString(file));
    } catch (JsonProcessingException e) {
      throw KgCoopException.io(
          "%s: damaged in line %d; expected JSON; run the command that made it again"
              .formatted(file, e.getLocation() == null ? 1 : e.getLocation().getLineNr()),
          e);
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
  }

  /** The lines of a file; none where there is none. A last line that was cut short is left out. */
  static List<JsonNode> lines(Path file) {
    List<JsonNode> nodes = new ArrayList<>();
    if (!Files.isRegularFile(file)) {
      return nodes;
    }
    try (Stream<String> lines = Files.lines(file)) {
      for (String line : (Iterable<String>) lines::iterator) {
        nodes.add(READER.readTree(line));
      }
    } catch (JsonProcessingException e) {
      return nodes;
    } catch (IOException e) {
      throw KgCoopException.io(file + ": cannot be read (" + e.getMessage() + ")", e);
    }
    return nodes;
  }

  /** A number, or NaN where there is none. */
  static double number(JsonNode value) {
    return Text.isFinite(value) ? value.asDouble() : Double.NaN;
  }

  static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(value -> texts.add(value.asText()));
    return texts;
  }
}
