package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.docs.MarkdownPage;
import org.kgcoop.eval.ProbabilityMetrics;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunResults;
import org.kgcoop.runs.TableResults;
import org.kgcoop.runs.TagRecord;

/**
 * The reference page of the JSON files. It lists the properties of the records that are written,
 * with the descriptions of their Javadoc.
 */
public final class JsonPage {
  private static final String PAGE = "docs/reference/json.md";

  /** As the mapper of {@code Json}. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .visibility(PropertyAccessor.IS_GETTER, JsonAutoDetect.Visibility.NONE)
          .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .build();

  private static final Pattern LINK = Pattern.compile("\\{@(?:link|code) #?([^}]*)}");

  private JsonPage() {}

  /** Returns the records by the heading of their table. */
  private static Map<String, Class<?>> tables() {
    Map<String, Class<?>> tables = new LinkedHashMap<>();
    tables.put("adapt.json", AdaptRecord.class);
    tables.put("results.json of a run", RunResults.class);
    tables.put("results.json of a table", TableResults.class);
    tables.put("tags.json", TagRecord.class);
    try {
      tables.put(
          "predict --json", Class.forName("org.kgcoop.cli.classify.AnswerForm$JsonObject$Result"));
      tables.put(
          "predict --json with a classifier of tags",
          Class.forName("org.kgcoop.cli.classify.TagPredictions$Result"));
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
    return tables;
  }

  static List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("`[]` is an element of a list. A key without a value is left out.");
    tables()
        .forEach(
            (heading, type) -> {
              lines.addAll(List.of("", "## " + heading, ""));
              addRows(lines, new HashMap<>(), heading, "", MAPPER.constructType(type));
            });
    return lines;
  }

  /**
   * Adds a row per property.
   *
   * @param seen the keys of the records whose rows the table has
   */
  private static void addRows(
      List<String> lines,
      Map<Class<?>, String> seen,
      String heading,
      String prefix,
      JavaType type) {
    String source = source(type.getRawClass());
    for (BeanPropertyDefinition property :
        MAPPER.getSerializationConfig().introspect(type).findProperties()) {
      JavaType value = property.getPrimaryType();
      String kind = kind(value);
      String key = prefix + property.getName();
      String text = description(source, type.getRawClass(), property.getInternalName());
      String element = key;
      while (value.isContainerType()) {
        element += value.isMapLikeType() ? ".*" : "[]";
        value = value.getContentType();
      }
      Class<?> raw = value.getRawClass();
      if (property.getPrimaryMember().hasAnnotation(JsonUnwrapped.class)) {
        addRows(lines, seen, heading, prefix, value);
        continue;
      }
      String table =
          tables().entrySet().stream()
              .filter(each -> each.getValue() == raw)
              .map(Map.Entry::getKey)
              .findFirst()
              .orElse(heading);
      boolean known = raw.isRecord() && (seen.containsKey(raw) || !table.equals(heading));
      if (known) {
        text += (text.isEmpty() ? "" : "; ") + "keys as in `" + seen.getOrDefault(raw, table) + "`";
      }
      lines.add("- `%s` (%s)%s".formatted(key, kind, text.isEmpty() ? "" : ": " + text));
      if (raw.isRecord() && !known && raw != AdaptRecord.Settings.class) { // only adapt reads them
        seen.put(raw, element);
        addRows(lines, seen, heading, element + ".", value);
      }
    }
  }

  private static String kind(JavaType type) {
    Class<?> raw = type.getRawClass();
    if (type.isContainerType()) {
      return type.isMapLikeType() ? "object" : "list";
    }
    if (raw == String.class || raw.isEnum()) {
      return "text";
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return "boolean";
    }
    return raw.isPrimitive() || Number.class.isAssignableFrom(raw) ? "number" : "object";
  }

  /** Returns the description of a component in the Javadoc of its record. */
  private static String description(String source, Class<?> type, String name) {
    int record = source.indexOf("record " + type.getSimpleName() + "(");
    int end = source.lastIndexOf("*/", record);
    String javadoc =
        source
            .substring(source.lastIndexOf("/**", end), end)
            .replaceAll("\\n\\s*\\* ?", "\n")
            .replaceAll("\\s+", " ");
    Matcher found =
        Pattern.compile("@param " + name + " (.*?)(?= @param | @return |\\s*$)").matcher(javadoc);
    return !found.find()
        ? ""
        : LINK.matcher(found.group(1).strip())
            .replaceAll("`$1`")
            .replace("`NEW_IMAGES`", "" + AdaptRecord.NEW_IMAGES)
            .replace("`ProbabilityMetrics#BINS`", "" + ProbabilityMetrics.BINS)
            .replace("NaN", "null");
  }

  private static String source(Class<?> type) {
    Class<?> outer = type;
    while (outer.getEnclosingClass() != null) {
      outer = outer.getEnclosingClass();
    }
    String file = "src/main/java/" + outer.getName().replace('.', '/') + ".java";
    for (String module : List.of("core", "train", "label", "app")) {
      Path path = MarkdownPage.TOP.resolve(module).resolve(file);
      if (Files.exists(path)) {
        try {
          return Files.readString(path);
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    throw new IllegalStateException("no source of " + type);
  }

  /** Checks that the page lists each key of a real output. */
  public static void check(String heading, JsonNode output) throws IOException {
    List<String> page = Files.readAllLines(MarkdownPage.TOP.resolve(PAGE));
    int from = page.indexOf("## " + heading);
    assertThat(from).as(heading).isNotNegative();
    Map<String, String> rows = new LinkedHashMap<>();
    for (String line : page.subList(from + 2, page.size())) {
      if (!line.startsWith("- `")) {
        break;
      }
      Matcher same = Pattern.compile("keys as in `(.*)`").matcher(line);
      rows.put(line.substring(3, line.indexOf('`', 3)), same.find() ? same.group(1) : "");
    }
    assertThat(rows).isNotEmpty();
    Set<String> unknown = new TreeSet<>();
    collect("", output, rows, unknown);
    assertThat(unknown).as("keys of %s that %s lacks", heading, PAGE).isEmpty();
  }

  private static void collect(
      String key, JsonNode value, Map<String, String> rows, Set<String> unknown) {
    String same = rows.getOrDefault(key, "");
    if (!same.isEmpty()) {
      String target = value.isArray() ? same.replaceFirst("\\[]$", "") : same;
      collectBelow(target, value, rows, unknown);
    } else {
      collectBelow(key, value, rows, unknown);
    }
  }

  private static void collectBelow(
      String key, JsonNode value, Map<String, String> rows, Set<String> unknown) {
    if (value.isArray()) {
      value.forEach(each -> collectBelow(key + "[]", each, rows, unknown));
      return;
    }
    String prefix = key.isEmpty() ? "" : key + ".";
    boolean listed = rows.keySet().stream().anyMatch(each -> each.startsWith(prefix));
    if (!value.isObject() || !listed) {
      return; // a value, or an object of any keys, such as settings
    }
    value
        .properties()
        .forEach(
            field -> {
              String path = prefix + field.getKey();
              if (!rows.containsKey(path)) {
                unknown.add(path);
              }
              collect(path, field.getValue(), rows, unknown);
            });
  }
}
