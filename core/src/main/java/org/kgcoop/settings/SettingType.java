package org.kgcoop.settings;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.kgcoop.EnumIds;

/**
 * Type of a setting.
 *
 * @param description the name in the help, such as {@code whole number}
 * @param expected the name in messages, such as {@code a whole number}
 * @param isList true for a list of values
 * @param isText true if every value, or every element of a list, is a text
 * @param reader the reader of a value in {@link SettingValues}; it returns empty for a value of
 *     another type
 * @param writer the writer
 */
public record SettingType<T>(
    String description,
    String expected,
    boolean isList,
    boolean isText,
    Function<Object, Optional<T>> reader,
    Function<T, Object> writer) {
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?(0|[1-9]\\d{0,8})");
  private static final Pattern ANY_NUMBER =
      Pattern.compile("-?(0|[1-9]\\d*+)(\\.\\d++)?([eE][+-]?\\d++)?");

  public static final SettingType<Double> NUMBER =
      scalar("number", "a number", false, SettingType::number);

  public static final SettingType<Integer> WHOLE =
      scalar("whole number", "a whole number", false, SettingType::whole);

  /** Type of a whole number of 64 bits. */
  public static final SettingType<Long> LONG =
      scalar(
          "whole number",
          "a whole number",
          false,
          value ->
              Optional.of(value)
                  .filter(number -> number instanceof Integer || number instanceof Long)
                  .map(number -> ((Number) number).longValue()));

  public static final SettingType<Boolean> FLAG =
      scalar("true or false", "true or false", false, value -> only(Boolean.class, value));

  public static final SettingType<String> TEXT =
      scalar("text", "a text", true, value -> only(String.class, value));

  public static final SettingType<List<String>> TEXTS =
      list("texts", "a list", true, value -> Optional.of(String.valueOf(value)));

  public static final SettingType<List<Double>> NUMBERS =
      list("numbers", "numbers", false, SettingType::number);

  public static final SettingType<List<Integer>> WHOLES =
      list("whole numbers", "whole numbers", false, SettingType::whole);

  /** Returns the type of a constant, which is written as {@link EnumIds#id}. */
  public static <E extends Enum<E>> SettingType<E> choice(Class<E> constants) {
    String names = EnumIds.choices(constants);
    return new SettingType<>(
        names,
        names,
        false,
        true,
        value -> EnumIds.find(constants, String.valueOf(value)),
        EnumIds::id);
  }

  /** Returns the type of a number, or a word that means that there is no number. */
  public static SettingType<OptionalDouble> numberOr(String word) {
    return new SettingType<>(
        "number or " + word,
        "a number or " + word,
        false,
        false,
        value ->
            value.equals(word)
                ? Optional.of(OptionalDouble.empty())
                : number(value).map(OptionalDouble::of),
        number -> number.isPresent() ? (Object) number.getAsDouble() : word);
  }

  /** Returns a list type with exactly two entries. */
  public static <T> SettingType<List<T>> pair(SettingType<List<T>> of) {
    return new SettingType<>(
        "two " + of.description,
        "two " + of.expected,
        true,
        of.isText,
        value -> of.reader.apply(value).filter(list -> list.size() == 2),
        of.writer);
  }

  /** Returns this type with values of another class. */
  public <U> SettingType<U> as(Function<T, U> to, Function<U, T> from) {
    return new SettingType<>(
        description,
        expected,
        isList,
        isText,
        value -> reader.apply(value).map(to),
        from.andThen(writer));
  }

  /** Returns this type with another name in the help. */
  public SettingType<T> called(String other) {
    return new SettingType<>(other, expected, isList, isText, reader, writer);
  }

  /**
   * Converts the text of an option to a value that {@link #reader} reads. A list has {@code |}
   * between its elements. Numbers can have commas instead.
   */
  public Object fromText(String text) {
    if (!isList) {
      return isText ? text : literal(text);
    }
    return Arrays.stream(text.split(isText ? "\\|" : "[|,]", -1))
        .map(String::strip)
        .map(part -> isText ? part : literal(part))
        .toList();
  }

  /** Converts numbers and flags by their form, and keeps any other value as text. */
  private static Object literal(String text) {
    if (text.equals("true") || text.equals("false")) {
      return text.equals("true");
    }
    if (WHOLE_NUMBER.matcher(text).matches()) {
      return Integer.valueOf(text);
    }
    return ANY_NUMBER.matcher(text).matches() ? (Object) Double.valueOf(text) : text;
  }

  private static Optional<Double> number(Object value) {
    return value instanceof Number number && !isTooLarge(number)
        ? Optional.of(number.doubleValue())
        : Optional.empty();
  }

  /** Returns true for a number that no tensor holds, because tensors are float32. */
  static boolean isTooLarge(Object value) {
    return value instanceof Number number
        && Double.isFinite(number.doubleValue())
        && Float.isInfinite(number.floatValue());
  }

  private static <T> Optional<T> only(Class<T> type, Object value) {
    return type.isInstance(value) ? Optional.of(type.cast(value)) : Optional.empty();
  }

  private static Optional<Integer> whole(Object value) {
    return number(value).filter(n -> n == n.intValue()).map(Double::intValue);
  }

  private static <T> SettingType<T> scalar(
      String description, String expected, boolean isText, Function<Object, Optional<T>> reader) {
    return new SettingType<>(description, expected, false, isText, reader, value -> value);
  }

  private static <T> SettingType<List<T>> list(
      String description, String expected, boolean isText, Function<Object, Optional<T>> element) {
    return new SettingType<>(
        description,
        expected,
        true,
        isText,
        value -> {
          if (!(value instanceof List<?> list)) {
            return Optional.empty();
          }
          List<T> read = list.stream().flatMap(each -> element.apply(each).stream()).toList();
          return Optional.of(read).filter(all -> all.size() == list.size());
        },
        list -> list);
  }
}
