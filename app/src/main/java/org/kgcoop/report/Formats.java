package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.kgcoop.files.Json;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.tables.ProtocolTable;
import org.kgcoop.tables.StoredRun;

/** The formatting of values of {@code results.json}. */
final class Formats {
  /** The text for a missing value. */
  static final String NONE = "–";

  private static final int SHORT = 12;
  private static final int MAX_ZEROS = 10;
  private static final double TINY = 1e-9; // of rounding

  private Formats() {}

  /** Formats a text, whatever the language of the system is. */
  @FormatMethod
  static String text(@FormatString String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Formats a percentage with two decimals. */
  static String percent(double value) {
    return decimals(value, 2);
  }

  /** Formats an interval in whole percent. It never claims more than was measured. */
  static String range(AdaptRecord.Accuracy accuracy) {
    return text(
        "%.0f to %.0f", Math.floor(accuracy.low() + TINY), Math.ceil(accuracy.high() - TINY));
  }

  /** Formats a number with a fixed number of decimals. */
  static String decimals(double value, int decimals) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : NONE;
  }

  /** Formats a number with three or four significant digits. */
  static String significant(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    double size = Math.abs(value);
    return size > 0 && size < 1e-3
        ? String.format(Locale.ROOT, "%.2e", value)
        : decimals(value, size < 10 ? 4 : size < 1000 ? 2 : 0);
  }

  static String milliseconds(double ms) {
    return decimals(ms, ms < 10 ? 2 : 0);
  }

  /** Formats a duration in seconds, minutes or hours. */
  static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return NONE;
    }
    if (seconds < 60) {
      return decimals(seconds, 1) + " s";
    }
    long minutes = Math.round(seconds / 60);
    return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }

  /** Returns the method of a row and its swept settings. */
  static String label(ProtocolTable.Row row) {
    return label(row.title(), Json.tree(row.setting()).properties());
  }

  /** Returns the method of a run and its swept settings. */
  static String label(StoredRun run) {
    return label(run.title(), Json.tree(run.cell().setting()).properties());
  }

  /** Returns the data set, the method, its swept settings and the seed of a run. */
  static String name(StoredRun run) {
    String set = run.dataSet().isEmpty() ? "" : run.dataSet() + ": ";
    return set + label(run) + ", seed " + seed(run);
  }

  /** Returns the seed of a run. */
  static String seed(StoredRun run) {
    return run.seed() == null ? NONE : String.valueOf(run.seed());
  }

  /** Returns the title of a method and its swept settings. */
  static String label(String title, Collection<Map.Entry<String, JsonNode>> setting) {
    return Stream.concat(
            Stream.of(title), setting.stream().map(e -> e.getKey() + "=" + any(e.getValue())))
        .collect(Collectors.joining(" "));
  }

  /** Lists the first few words and the number of the others. */
  static String firstOf(List<String> words, int max) {
    return words.size() <= max
        ? list(words)
        : String.join(", ", words.subList(0, max)) + " and " + (words.size() - max) + " more";
  }

  /**
   * Formats any value of the settings: numbers without exponents, and lists with separating dots.
   */
  static String any(JsonNode value) {
    return switch (value.getNodeType()) {
      case MISSING, NULL -> NONE;
      case NUMBER ->
          Double.isFinite(value.asDouble())
              ? number(value.decimalValue().stripTrailingZeros())
              : value.asText();
      case BOOLEAN -> value.asBoolean() ? "yes" : "no";
      case ARRAY ->
          value.isEmpty()
              ? "none"
              : elements(value).map(Formats::any).collect(Collectors.joining(" · "));
      case OBJECT -> value.toString();
      default -> or(value, "none");
    };
  }

  private static String number(BigDecimal plain) {
    return Math.abs(plain.scale()) > MAX_ZEROS ? plain.toString() : plain.toPlainString();
  }

  /** Returns a single number or the values of a list as texts. */
  static List<String> values(JsonNode value) {
    return (value.isNumber() ? Stream.of(value) : elements(value)).map(JsonNode::asText).toList();
  }

  private static Stream<JsonNode> elements(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false);
  }

  /** Returns a text, or the alternative if the text is missing or empty. */
  static String or(JsonNode value, String otherwise) {
    return value.asText("").isEmpty() ? otherwise : value.asText();
  }

  /** Returns the first characters of a fingerprint, which suffice to distinguish it from others. */
  static String shortened(String fingerprint) {
    return fingerprint.length() <= SHORT ? fingerprint : fingerprint.substring(0, SHORT) + "…";
  }

  static String capitalized(String text) {
    return Character.toUpperCase(text.charAt(0)) + text.substring(1);
  }

  /** Lists words: "a", "a and b", "a, b and c". */
  static String list(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }
}
