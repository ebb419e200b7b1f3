package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How values of {@code results.json} are put into words. */
final class Text {
  /** Stands where there is no value. */
  static final String NONE = "–";

  private static final int SHORT = 12;
  private static final int MOST_ZEROS = 10;

  private Text() {}

  /** Percent with two decimals. */
  static String percent(JsonNode value) {
    return isFinite(value) ? String.format(Locale.ROOT, "%.2f", value.asDouble()) : NONE;
  }

  static String milliseconds(JsonNode value) {
    if (!isFinite(value)) {
      return NONE;
    }
    double ms = value.asDouble();
    return String.format(Locale.ROOT, ms < 10 ? "%.2f" : "%.0f", ms);
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
