package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Converts the names of a set's drawings to captions: {@code calendar-check-outline-24px} has the
 * caption "calendar check" and the style "outline".
 *
 * <p>First, the suffixes and prefixes of the set are removed, the longest first. Then numbers,
 * sizes, and words of style at both ends are removed, as long as one word remains. Some words can
 * be a style or a subject ("traffic light", "line chart"). They are removed only if the set
 * contains the drawing without them.
 */
final class Names {

  /**
   * The parts of a name.
   *
   * @param caption the subject, in lower case; empty if no word remains
   * @param style the words for the style
   * @param stem the name without the suffix and prefix of the set; all sizes of a drawing have the
   *     same stem
   */
  record Cleaned(String caption, List<String> style, String stem) {}

  private static final Map<String, String> STYLE_WORDS =
      Map.ofEntries(
          Map.entry("outline", "outline"),
          Map.entry("outlined", "outline"),
          Map.entry("line", "outline"),
          Map.entry("linear", "outline"),
          Map.entry("stroke", "outline"),
          Map.entry("fill", "filled"),
          Map.entry("filled", "filled"),
          Map.entry("solid", "filled"),
          Map.entry("bold", "bold"),
          Map.entry("thin", "thin"),
          Map.entry("light", "light"),
          Map.entry("duotone", "duotone"),
          Map.entry("duo", "duotone"),
          Map.entry("twotone", "duotone"),
          Map.entry("tone", "duotone"),
          Map.entry("rounded", "rounded"),
          Map.entry("round", "rounded"),
          Map.entry("sharp", "sharp"),
          Map.entry("broken", "broken"),
          Map.entry("flat", "flat"),
          Map.entry("negative", "inverted"));

  private static final Set<String> ALWAYS_STYLE =
      Set.of(
          "outline",
          "outlined",
          "fill",
          "filled",
          "linear",
          "solid",
          "duotone",
          "twotone",
          "rounded",
          "broken",
          "negative",
          "regular",
          "alt",
          "o",
          "sm",
          "lg",
          "small",
          "large",
          "stroke");

  private static final Set<String> MAYBE_STYLE =
      Set.of("line", "bold", "light", "thin", "round", "sharp", "duo", "flat", "tiny", "big");

  private static final Set<String> LEADING =
      Set.of("outline", "baseline", "ios", "md", "icon", "bx", "bxs", "bxl", "i");

  private static final Pattern SIZE = Pattern.compile("\\d+(px|x\\d+)?");
  private static final Pattern WORD_AND_NUMBER = Pattern.compile("([a-z]{2,})\\d+");

  private final List<String> suffixes;
  private final List<String> prefixes;
  private final Set<String> names;

  /**
   * Creates the names of one set.
   *
   * @param names all names of the set
   */
  Names(List<String> suffixes, List<String> prefixes, Set<String> names) {
    this.suffixes = longestFirst(suffixes);
    this.prefixes = longestFirst(prefixes);
    this.names = names;
  }

  private static List<String> longestFirst(List<String> parts) {
    return parts.stream()
        .filter(part -> !part.isEmpty())
        .sorted(Comparator.comparing(String::length).reversed())
        .toList();
  }

  /** Divides a name into its parts. */
  Cleaned clean(String name) {
    Set<String> style = new LinkedHashSet<>();
    String stem = name.toLowerCase(Locale.ROOT).replace('_', '-');
    for (String suffix : suffixes) {
      if (stem.endsWith("-" + suffix)) {
        stem = stem.substring(0, stem.length() - suffix.length() - 1);
        addStyle(suffix, style);
        break;
      }
    }
    for (String prefix : prefixes) {
      if (stem.startsWith(prefix + "-")) {
        stem = stem.substring(prefix.length() + 1);
        addStyle(prefix, style);
        break;
      }
    }
    List<String> words = new ArrayList<>();
    for (String word : stem.split("[-.\\s]+", -1)) {
      if (!word.isEmpty() && !SIZE.matcher(word).matches()) {
        words.add(WORD_AND_NUMBER.matcher(word).replaceFirst("$1"));
      }
    }
    trimEnd(words, style);
    while (words.size() > 1 && LEADING.contains(words.get(0))) {
      addStyle(words.remove(0), style);
    }
    return new Cleaned(String.join(" ", words), List.copyOf(style), stem);
  }

  private void trimEnd(List<String> words, Set<String> style) {
    while (words.size() > 1) {
      String last = words.get(words.size() - 1);
      List<String> rest = words.subList(0, words.size() - 1);
      boolean cut =
          ALWAYS_STYLE.contains(last)
              || (MAYBE_STYLE.contains(last) && names.contains(String.join("-", rest)));
      if (!cut) {
        return;
      }
      words.remove(words.size() - 1);
      addStyle(last, style);
    }
  }

  private static void addStyle(String part, Set<String> style) {
    Arrays.stream(part.split("-", -1))
        .map(STYLE_WORDS::get)
        .filter(word -> word != null)
        .forEach(style::add);
  }
}
