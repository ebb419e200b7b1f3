package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.kgcoop.runs.TableResults;
import org.kgcoop.tables.StoredRun;

/** The values of {@code results.json} in words. */
final class Text {
  /** Stands where there is no value. */
  static final String NONE = "–";

  private static final int SHORT = 12;
  private static final int MOST_ZEROS = 10;

  private Text() {}

  /** Percent with two decimals. */
  static String percent(double value) {
    return decimals(value, 2);
  }

  /** A number with that many decimals. */
  static String decimals(double value, int decimals) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%." + decimals + "f", value) : NONE;
  }

  /** A number with three or four digits that count. */
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

  /** A time as people say it. */
  static String duration(double seconds) {
    return duration(seconds, 1);
  }

  /** The same, with that many decimals below a minute. */
  static String duration(double seconds, int decimals) {
    if (!Double.isFinite(seconds)) {
      return NONE;
    }
    if (seconds < 60) {
      return decimals(seconds, decimals) + " s";
    }
    long minutes = Math.round(seconds / 60);
    return minutes < 60 ? minutes + " min" : minutes / 60 + " h " + minutes % 60 + " min";
  }

  /** The method of a row and what a sweep varied. */
  static String label(TableResults.Row row) {
    return label(row.title(), row.setting().entrySet());
  }

  /** The method of a run and what a sweep varied. */
  static String label(StoredRun run) {
    return label(run.title(), run.measurement().setting().entrySet());
  }

  /** The seed of a run. */
  static String seed(StoredRun run) {
    return run.seed() == null ? NONE : String.valueOf(run.seed());
  }

  /** A method and what a sweep varied. */
  static String label(String title, Collection<Map.Entry<String, JsonNode>> setting) {
    List<String> varied = new ArrayList<>();
    setting.forEach(e -> varied.add(e.getKey() + "=" + any(e.getValue())));
    return varied.isEmpty() ? title : title + " " + String.join(" ", varied);
  }

  /** The first few, and how many more there are. */
  static String firstOf(List<String> words, int most) {
    return words.size() <= most
        ? list(words)
        : String.join(", ", words.subList(0, most)) + " and " + (words.size() - most) + " more";
  }

  static boolean isFinite(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.asDouble());
  }

  /** Any value of the settings: numbers without exponent, lists with dots between. */
  static String any(JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return NONE;
    }
    if (isFinite(value)) {
      return number(value.decimalValue());
    }
    if (value.isBoolean()) {
      return value.asBoolean() ? "yes" : "no";
    }
    if (value.isArray()) {
      List<String> parts = new ArrayList<>();
      value.forEach(part -> parts.add(any(part)));
      return parts.isEmpty() ? "none" : String.join(" · ", parts);
    }
    if (value.isObject()) {
      return value.toString();
    }
    return value.asText().isEmpty() ? "none" : value.asText();
  }

  private static String number(BigDecimal value) {
    BigDecimal plain = value.stripTrailingZeros();
    return Math.abs(plain.scale()) > MOST_ZEROS ? plain.toString() : plain.toPlainString();
  }

  /** A text that is there and not empty, or the other one. */
  static String or(JsonNode value, String otherwise) {
    return value.asText("").isEmpty() ? otherwise : value.asText();
  }

  /** A command line from its words, as a shell takes it; empty where there is none. */
  static String command(JsonNode words) {
    if (words.isTextual()) {
      return words.asText();
    }
    StringBuilder line = new StringBuilder();
    for (JsonNode word : words) {
      String text = word.asText();
      boolean plain = text.matches("[\\w@%+=:,./-]+");
      line.append(line.isEmpty() ? "./kgcoop " : " ");
      line.append(plain ? text : "'" + text.replace("'", "'\\''") + "'");
    }
    return line.toString();
  }

  /** The start of a fingerprint, enough to tell it from others. */
  static String shortened(String fingerprint) {
    return fingerprint.length() <= SHORT ? fingerprint : fingerprint.substring(0, SHORT) + "…";
  }

  /** "a", "a and b", "a, b and c". */
  static String list(List<String> words) {
    int last = words.size() - 1;
    return last < 1
        ? String.join("", words)
        : String.join(", ", words.subList(0, last)) + " and " + words.get(last);
  }

  /** "1 seed", "3 seeds". */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }
}
