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
 * The type of a setting: how JSON and a command line write it.
 *
 * @param says for help, such as {@code whole number}
 * @param expected for messages, such as {@code a whole number}
 * @param form what the words of an option become
 * @param read empty for JSON of another type
 */
public record Kind<T>(
    String says,
    String expected,
    Form form,
    Function<JsonNode, Optional<T>> read,
    Function<T, JsonNode> write) {

  /**
   * The JSON that the words of an option become: a number or true or false, text as it is, or a
   * list.
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
          TEXT, "texts", "a list", Form.TEXTS, json -> Optional.of(json.asText())); // any is a text

  public static final Kind<List<Double>> NUMBERS =
      list(NUMBER, "numbers", "numbers", Form.LITERALS, NUMBER.read);

  public static final Kind<List<Integer>> WHOLES =
      list(WHOLE, "whole numbers", "whole numbers", Form.LITERALS, WHOLE.read);

  /** A number, or a word in its place. */
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

  /** The same list of two entries. */
  public static <T> Kind<List<T>> pair(Kind<List<T>> of) {
    return new Kind<>(
        "two " + of.says,
        "two " + of.expected,
        of.form,
        json -> of.read.apply(json).filter(list -> list.size() == 2),
        of.write);
  }

  /** The same type as another class. */
  public <U> Kind<U> as(Function<T, U> to, Function<U, T> from) {
    return new Kind<>(says, expected, form, json -> read.apply(json).map(to), from.andThen(write));
  }

  /** The same under another name in help. */
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
