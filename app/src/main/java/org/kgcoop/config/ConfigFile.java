package org.kgcoop.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.files.InputFile;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * A YAML file of settings.
 *
 * @param name the name in messages
 */
public record ConfigFile(String name, ObjectNode content) {
  private static final int LARGEST = 1 << 20; // bytes; published files have a few hundred
  private static final int DEEPEST = 20;

  private static final YAMLMapper YAML = mapper();

  private static YAMLMapper mapper() {
    LoaderOptions limits = new LoaderOptions();
    limits.setCodePointLimit(LARGEST);
    limits.setNestingDepthLimit(DEEPEST);
    return YAMLMapper.builder(YAMLFactory.builder().loaderOptions(limits).build())
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .build();
  }

  public static ConfigFile read(Path file) {
    try {
      if (InputFile.check(file).size() > LARGEST) {
        throw KgCoopException.configuration(file + ": larger than 1 MB; expected a YAML file");
      }
      byte[] bytes = Files.readAllBytes(file);
      refuseAliases(file, bytes);
      JsonNode content = YAML.readTree(bytes);
      if (content instanceof ObjectNode object) {
        return new ConfigFile(file.toString(), object);
      }
      if (content.isMissingNode() || content.isNull()) {
        return new ConfigFile(file.toString(), YAML.createObjectNode());
      }
      throw KgCoopException.configuration(file + ": expected lines of KEY: VALUE");
    } catch (JsonProcessingException e) {
      String place =
          e.getLocation() == null ? "" : ", line " + e.getLocation().getLineNr() + ": invalid YAML";
      throw failed(file + place + " (" + reason(e) + ")", e);
    } catch (NoSuchFileException e) {
      throw failed(file + ": no such file; --config expects a YAML file", e);
    } catch (IOException e) {
      throw failed(file + ": cannot be read (" + Messages.reason(e) + ")", e);
    }
  }

  private static KgCoopException failed(String message, IOException cause) {
    return new KgCoopException(KgCoopException.Category.CONFIGURATION, message, cause);
  }

  /** Rejects aliases, which would be read as their own names. */
  private static void refuseAliases(Path file, byte[] bytes) throws IOException {
    try (YAMLParser parser = YAML.getFactory().createParser(bytes)) {
      while (parser.nextToken() != null) {
        if (parser.isCurrentAlias()) {
          throw KgCoopException.configuration(
              "%s, line %s: aliases are not supported (*%s); repeat the value"
                  .formatted(file, parser.currentLocation().getLineNr(), parser.getText()));
        }
      }
    }
  }

  /** Returns the message of the parser without names of classes. */
  private static String reason(JsonProcessingException e) {
    if (e instanceof MismatchedInputException) {
      return "expected one document";
    }
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof CharConversionException io
        ? Messages.reason(io)
        : Messages.firstLine(e.getOriginalMessage(), e)
            .replaceFirst(", (from `[^`]*`|got this instead: <.*)", "");
  }

  /**
   * Returns true for a file of the published code: it has sections and keys in capitals, or
   * Tip-Adapter's keys.
   */
  public boolean isReference() {
    boolean capitals =
        content.properties().stream().allMatch(e -> e.getKey().matches("[A-Z][A-Z0-9_]*"));
    return (capitals && !content.isEmpty()) || content.has("search_hp");
  }

  /** Returns all values by their full key, such as {@code OPTIM.LR}. */
  public Map<String, JsonNode> flat() {
    Map<String, JsonNode> flat = new LinkedHashMap<>();
    flatten("", content, flat);
    return flat;
  }

  private static void flatten(String prefix, JsonNode node, Map<String, JsonNode> flat) {
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      String key = prefix + entry.getKey();
      if (entry.getValue().isObject()) {
        flatten(key + ".", entry.getValue(), flat);
      } else {
        flat.put(key, entry.getValue());
      }
    }
  }
}
