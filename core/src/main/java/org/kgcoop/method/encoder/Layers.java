package org.kgcoop.method.encoder;

import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.settings.SettingType;

/**
 * Adapted blocks of an encoder, given by numbers or by a published word. The numbers for a word
 * depend on the number of blocks.
 *
 * @param word the word; empty if there are numbers
 * @param numbers the block numbers from 0, ascending; empty if there is a word, or if no block is
 *     adapted
 */
public record Layers(String word, List<Integer> numbers) {
  private static final List<String> WORDS =
      List.of("all", "bottom", "mid", "up", "half-bottom", "half-up", "top3");

  /** All blocks. */
  public static final Layers ALL = of("all");

  /** No blocks. */
  public static final Layers NONE = of(List.of());

  /** Type of the setting in all its forms. Options convert words to lists, too. */
  static final SettingType<Layers> TYPE =
      new SettingType<>(
          "numbers from 0, none, or " + String.join(", ", WORDS),
          "whole numbers",
          true,
          false,
          Layers::read,
          Layers::toValue);

  private static Optional<Layers> read(Object value) {
    Object single = value instanceof List<?> list && list.size() == 1 ? list.get(0) : value;
    return single instanceof String text
        ? Optional.of(of(text))
        : SettingType.WHOLES.reader().apply(value).map(Layers::of);
  }

  /** Returns the blocks with the given numbers. */
  public static Layers of(List<Integer> numbers) {
    if (numbers.stream().anyMatch(number -> number < 0)) {
      throw KgCoopException.configuration(
          "layers: expected numbers of blocks from 0, got " + numbers);
    }
    return new Layers("", List.copyOf(new TreeSet<>(numbers)));
  }

  /** Returns the blocks for a word. The word {@code none} and the empty word mean no block. */
  public static Layers of(String word) {
    if (word.isEmpty() || word.equals("none")) {
      return NONE;
    }
    if (!WORDS.contains(word)) {
      throw KgCoopException.configuration(
          "layers '%s'%s: expected numbers of blocks from 0, none, or one of %s"
              .formatted(word, Nearest.hint(word, WORDS), String.join(", ", WORDS)));
    }
    return new Layers(word, List.of());
  }

  /** Returns true if no block is adapted. */
  public boolean isEmpty() {
    return word.isEmpty() && numbers.isEmpty();
  }

  /**
   * Returns the block numbers in an encoder. For 12 blocks, they equal the published ones: bottom 0
   * to 3, mid 4 to 7, up 8 to 11, half-bottom 0 to 5, half-up 6 to 11, top3 9 to 11.
   *
   * @param key the key of the setting, for the message
   * @param count the number of blocks of the encoder
   * @throws KgCoopException of the kind CONFIGURATION, if the encoder does not have these blocks
   */
  List<Integer> in(String key, int count) {
    List<Integer> chosen =
        switch (word) {
          case "all" -> range(0, count);
          case "bottom" -> range(0, count / 3);
          case "mid" -> range(count / 3, 2 * count / 3);
          case "up" -> range(2 * count / 3, count);
          case "half-bottom" -> range(0, count / 2);
          case "half-up" -> range(count / 2, count);
          case "top3" -> range(Math.max(0, count - 3), count);
          default -> numbers;
        };
    boolean outside = chosen.stream().anyMatch(number -> number >= count);
    if (outside || (chosen.isEmpty() && !isEmpty())) {
      throw KgCoopException.configuration(
          "%s %s: this encoder has %s blocks, which count from 0; give others with --set"
              .formatted(key, this, count));
    }
    return chosen;
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }

  /** Returns the word as text, or the numbers as a list. */
  private Object toValue() {
    return word.isEmpty() ? numbers : word;
  }

  /** Returns the word or the numbers, for messages. */
  @Override
  public String toString() {
    return toValue().toString();
  }
}
