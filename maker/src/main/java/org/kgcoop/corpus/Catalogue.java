package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.kgcoop.files.Sha256;

/**
 * All drawings of the package that may be used, with their names. A set contributes at most three
 * variants of a caption.
 */
final class Catalogue {

  /**
   * The maximum number of variants of a caption per set. Without it, large sets would outweigh the
   * others.
   */
  static final int VARIANTS = 3;

  private final Synonyms synonyms;
  private final Brands brands;
  private final Domains domains;

  Catalogue(Synonyms synonyms, Brands brands, Domains domains) {
    this.synonyms = synonyms;
    this.brands = brands;
    this.domains = domains;
  }

  /** Creates the catalogue from the lists in the resources. */
  static Catalogue standard() {
    return new Catalogue(Synonyms.standard(), Brands.standard(), Domains.standard());
  }

  /** Returns the drawings of sets, in the order of the sets and of their names. */
  List<Drawing> read(IconPackage source, List<IconSet> sets) {
    List<Drawing> drawings = new ArrayList<>();
    for (IconSet set : sets) {
      drawings.addAll(read(source.contents(set.prefix()), set));
    }
    return Domains.spread(withOneOrderOfWords(drawings));
  }

  private List<Drawing> read(IconPackage.Contents contents, IconSet set) {
    Set<String> all = contents.icons().stream().map(Icon::name).collect(Collectors.toSet());
    Names names = new Names(contents.suffixes(), contents.prefixes(), all);
    // caption > (stem, style) > drawing; the last of several sizes of a drawing is kept
    Map<String, Map<String, Drawing>> byCaption = new TreeMap<>();
    for (Icon icon : contents.icons()) {
      Names.Cleaned cleaned = names.clean(icon.name());
      String caption = cleaned.caption();
      if (icon.animated() || !usable(caption)) {
        continue;
      }
      Set<String> style = new LinkedHashSet<>(set.style());
      style.addAll(cleaned.style());
      Set<String> others = new LinkedHashSet<>();
      for (String alias : icon.aliases()) {
        String other = names.clean(alias).caption();
        if (usable(other) && !other.equals(caption)) {
          others.add(other);
        }
      }
      byCaption
          .computeIfAbsent(caption, c -> new LinkedHashMap<>())
          .put(
              cleaned.stem() + "|" + cleaned.style(),
              new Drawing(
                  icon,
                  set,
                  caption,
                  List.copyOf(others),
                  synonyms.canonical(caption),
                  List.copyOf(style),
                  domains.of(set, icon),
                  0));
    }
    return byCaption.values().stream()
        .flatMap(variants -> numbered(variants.values()).stream())
        .toList();
  }

  private boolean usable(String caption) {
    return caption.length() > 1
        && caption.chars().anyMatch(Character::isLetter)
        && !caption.contains("skin tone")
        && !caption.contains(" tone")
        && !caption.startsWith("flag for")
        && !brands.in(caption);
  }

  /** Numbers the variants: first one of each style, in the order of a hash of their names. */
  private static List<Drawing> numbered(Collection<Drawing> variants) {
    List<Drawing> ordered =
        variants.stream()
            .sorted(Comparator.comparing(drawing -> Sha256.of(drawing.icon().key())))
            .toList();
    Set<List<String>> styles = new HashSet<>();
    List<Drawing> first = new ArrayList<>();
    List<Drawing> second = new ArrayList<>();
    for (Drawing drawing : ordered) {
      (styles.add(drawing.style()) ? first : second).add(drawing);
    }
    first.addAll(second);
    return IntStream.range(0, first.size()).mapToObj(i -> first.get(i).withVariant(i)).toList();
  }

  /**
   * Joins concepts with the same words, such as "check circle" and "circle check". The concept gets
   * the order of words that most families use.
   */
  private static List<Drawing> withOneOrderOfWords(List<Drawing> drawings) {
    Map<String, Map<String, Set<String>>> orders = new HashMap<>();
    for (Drawing drawing : drawings) {
      orders
          .computeIfAbsent(sorted(drawing.concept()), words -> new TreeMap<>())
          .computeIfAbsent(drawing.concept(), order -> new HashSet<>())
          .add(drawing.set().family());
    }
    Map<String, String> usual = new HashMap<>();
    orders.forEach(
        (words, byOrder) ->
            usual.put(
                words,
                byOrder.entrySet().stream()
                    .max(Comparator.comparingInt(order -> order.getValue().size()))
                    .orElseThrow()
                    .getKey()));
    return drawings.stream()
        .map(drawing -> drawing.withConcept(usual.getOrDefault(sorted(drawing.concept()), "")))
        .toList();
  }

  private static String sorted(String concept) {
    return Arrays.stream(concept.split(" ", -1)).sorted().collect(Collectors.joining(" "));
  }

  /** Returns the number of families that draw each concept. */
  static Map<String, Integer> families(Collection<Drawing> drawings) {
    Map<String, Set<String>> families = new HashMap<>();
    for (Drawing drawing : drawings) {
      families
          .computeIfAbsent(drawing.concept(), concept -> new HashSet<>())
          .add(drawing.set().family());
    }
    Map<String, Integer> counts = new HashMap<>();
    families.forEach((concept, set) -> counts.put(concept, set.size()));
    return counts;
  }
}
