package org.kgcoop.method.setting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;

/**
 * Type of a setting, with its representation in JSON and on the command line.
 *
 * @param says the name in the help, such as {@code whole number}
 * @param expected the name in messages, such as {@code a whole number}
 * @param form the conversion of the words of an option
 * @param read the reader; it returns empty for JSON of another type
 * @param write the writer
 */
public record Kind<T>(
    String says,
    String expected,
    Form form,
    Function<JsonNode, Optional<T>> read,
    Function<T, JsonNode> write) {

  /**
   * Conversion of the words of an option to JSON: a literal (a number, true or false), a text, or a
   * list of one of them.
   */
  public enum Form {
    LITERAL,
    TEXT,
    LITERALS,
    TEXTS;

    public boolean isList() {
      return this == LITERALS || this == TEXTS;
    }

    public boolean isText() {
      return this == TEXT || this == TEXTS;
    }
  }

  public static final Kind<Double> NUMBER =
      new Kind<>("number", "a number", Form.LITERAL, Kind::number, DoubleNode::valueOf);

  public static final Kind<Integer> WHOLE =
      new Kind<>("whole number", "a whole number", Form.LITERAL, Kind::whole, IntNode::valueOf);

  public static final Kind<Boolean> FLAG =
      new Kind<>(
          "true or false",
          "true or false",
          Form.LITERAL,
          json -> json.isBoolean() ? Optional.of(json.asBoolean()) : Optional.empty(),
          BooleanNode::valueOf);

  public static final Kind<String> TEXT =
      new Kind<>(
          "text",
          "a text",
          Form.TEXT,
          json -> json.isTextual() ? Optional.of(json.asText()) : Optional.empty(),
          TextNode::valueOf);

  public static final Kind<List<String>> TEXTS =
      list(
          TEXT,
          "texts",
          "a list",
          Form.TEXTS,
          json -> Optional.of(json.asText())); // any value is a text

  public static final Kind<List<Double>> NUMBERS =
      list(NUMBER, "numbers", "numbers", Form.LITERALS, NUMBER.read);

  public static final Kind<List<Integer>> WHOLES =
      list(WHOLE, "whole numbers", "whole numbers", Form.LITERALS, WHOLE.read);

  /** Returns the type of a number, or a word that means that there is no number. */
  public static Kind<OptionalDouble> numberOr(String word) {
    return new Kind<>(
        "number or " + word,
        "a number",
        Form.LITERAL,
        json ->
            json.asText().equals(word)
                ? Optional.of(OptionalDouble.empty())
                : number(json).map(OptionalDouble::of),
        value ->
            value.isPresent() ? DoubleNode.valueOf(value.getAsDouble()) : TextNode.valueOf(word));
  }

  /** Returns this list type with exactly two entries. */
  public static <T> Kind<List<T>> pair(Kind<List<T>> of) {
    return new Kind<>(
        "two " + of.says,
        "two " + of.expected,
        of.form,
        json -> of.read.apply(json).filter(list -> list.size() == 2),
        of.write);
  }

  /** Returns this type with values of another class. */
  public <U> Kind<U> as(Function<T, U> to, Function<U, T> from) {
    return new Kind<>(says, expected, form, json -> read.apply(json).map(to), from.andThen(write));
  }

  /** Returns this type with another name in the help. */
  public Kind<T> called(String other) {
    return new Kind<>(other, expected, form, read, write);
  }

  private static Optional<Double> number(JsonNode json) {
    return json.isNumber() ? Optional.of(json.asDouble()) : Optional.empty();
  }

  private static Optional<Integer> whole(JsonNode json) {
    return number(json).filter(n -> n == n.intValue()).map(Double::intValue);
  }

  private static <T> Kind<List<T>> list(
      Kind<T> of,
      String says,
      String expected,
      Form form,
      Function<JsonNode, Optional<T>> readEach) {
    return new Kind<>(
        says,
        expected,
        form,
        json -> {
          List<T> values = new ArrayList<>();
          json.forEach(each -> readEach.apply(each).ifPresent(values::add));
          return json.isArray() && values.size() == json.size()
              ? Optional.of(List.copyOf(values))
              : Optional.empty();
        },
        values -> {
          ArrayNode array = JsonNodeFactory.instance.arrayNode();
          values.forEach(each -> array.add(of.write.apply(each)));
          return array;
        });
  }
}
