package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The domains of drawings, such as "weather" or "food". A set has one domain for all drawings or a
 * category for each drawing. If most of the families with a category for a concept agree, all
 * drawings of the concept get their domain.
 */
final class Domains {

  private static final int AGREEING_FAMILIES = 2;

  private final Map<String, String> byCategory = new HashMap<>();

  /**
   * Creates domains from lines.
   *
   * @param lines "domain: category, category"
   */
  Domains(List<String> lines) {
    for (String line : lines) {
      String[] sides = line.split(": ", 2);
      Arrays.stream(sides[1].split(",", -1))
          .forEach(category -> byCategory.putIfAbsent(category.strip(), sides[0]));
    }
  }

  /** Returns the list from the resources. */
  static Domains standard() {
    return new Domains(Resources.lines("domains.txt"));
  }

  /** Returns the domains of a drawing from its set and its categories. */
  List<String> of(IconSet set, Icon icon) {
    Set<String> domains = new LinkedHashSet<>(set.subject());
    for (String category : icon.categories()) {
      String domain = byCategory.get(category.toLowerCase(Locale.ROOT).strip());
      if (domain != null) {
        domains.add(domain);
      }
    }
    return List.copyOf(domains);
  }

  /** Returns the drawings with the domains of their concepts in front of their own. */
  static List<Drawing> spread(Collection<Drawing> drawings) {
    Map<String, Map<String, Set<String>>> votes = new HashMap<>();
    Map<String, Set<String>> voters = new HashMap<>();
    for (Drawing drawing : drawings) {
      if (!drawing.domain().isEmpty()) {
        String family = drawing.set().family();
        voters.computeIfAbsent(drawing.concept(), concept -> new HashSet<>()).add(family);
        Map<String, Set<String>> byDomain =
            votes.computeIfAbsent(drawing.concept(), concept -> new HashMap<>());
        drawing
            .domain()
            .forEach(domain -> byDomain.computeIfAbsent(domain, d -> new HashSet<>()).add(family));
      }
    }
    List<Drawing> out = new ArrayList<>();
    for (Drawing drawing : drawings) {
      int all = voters.getOrDefault(drawing.concept(), Set.of()).size();
      Set<String> domains = new LinkedHashSet<>();
      votes.getOrDefault(drawing.concept(), Map.of()).entrySet().stream()
          .filter(vote -> vote.getValue().size() >= AGREEING_FAMILIES)
          .filter(vote -> 2 * vote.getValue().size() > all)
          .map(Map.Entry::getKey)
          .sorted()
          .forEach(domains::add);
      domains.addAll(drawing.domain());
      out.add(drawing.withDomain(List.copyOf(domains)));
    }
    return out;
  }
}
