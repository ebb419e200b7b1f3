package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A drawing with its names and properties.
 *
 * @param caption the cleaned name in its set
 * @param others the cleaned aliases in its set
 * @param concept the canonical name of the subject; images with the same concept show the same
 *     thing
 * @param style the words for the style
 * @param domain the words for the domain
 * @param variant the number of the drawing among the drawings of its set with this caption, from 0
 */
record Drawing(
    Icon icon,
    IconSet set,
    String caption,
    List<String> others,
    String concept,
    List<String> style,
    List<String> domain,
    int variant) {

  /** Words that are false after mirroring, or that name signs without a mirror image. */
  private static final Set<String> ONE_SIDED =
      Set.of(
          ("left right clockwise counterclockwise anticlockwise ltr rtl east west undo redo back"
                  + " backward backwards forward next previous prev skip rewind fast first last start"
                  + " begin end before after enter exit login logout import export reply share text"
                  + " letter letters number numeric digit abc alphabet font typography heading"
                  + " paragraph format translate language question percent percentage copyright"
                  + " trademark registered currency dollar euro pound yen rupee ruble won lira bitcoin"
                  + " at hashtag code function math pi omega sigma infinity sort indent outdent quote"
                  + " clock keyboard calculator p n s e w parking hospital ad new hd wc gif pdf svg"
                  + " png jpg csv html css api sql ai vr ar tv 3d 2d 4k 5g 4g h1 h2 h3 qr one two"
                  + " three four five six seven eight nine zero")
              .split(" ", -1));

  Part part() {
    return Part.of(set.family());
  }

  /** Returns true if the mirror image has the same meaning. */
  boolean flips() {
    Set<String> words = new LinkedHashSet<>(List.of(concept.split(" ", -1)));
    words.addAll(List.of(caption.split(" ", -1)));
    return words.stream()
        .noneMatch(word -> ONE_SIDED.contains(word) || word.chars().allMatch(Character::isDigit));
  }

  /** Returns all names: first the caption, then aliases, then the concept. */
  List<String> captions() {
    Set<String> all = new LinkedHashSet<>(List.of(caption));
    all.addAll(others);
    all.add(concept);
    return new ArrayList<>(all);
  }

  Drawing withConcept(String newConcept) {
    return new Drawing(icon, set, caption, others, newConcept, style, domain, variant);
  }

  Drawing withStyle(List<String> newStyle) {
    return new Drawing(icon, set, caption, others, concept, newStyle, domain, variant);
  }

  Drawing withDomain(List<String> newDomain) {
    return new Drawing(icon, set, caption, others, concept, style, newDomain, variant);
  }

  Drawing withVariant(int newVariant) {
    return new Drawing(icon, set, caption, others, concept, style, domain, newVariant);
  }
}
