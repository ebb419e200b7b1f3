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
 * The fields of drawings, such as "weather" or "food". A set states the field of all its drawings
 * or files each drawing under a category; where most of the families that file a thing agree, their
 * field holds for the thing wherever it is drawn.
 */
final class Domains {

  private static final int AGREEING_FAMILIES = 2;

  private final Map<String, String> byCategory = new HashMap<>();

  /**
   * The domains of these lines.
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

  /** The list that lies beside this class. */
  static Domains standard() {
    return new Domains(Resources.lines("domains.txt"));
  }

  /** The domains of a drawing by its set and by what that files it under. */
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

  /** The drawings with the domains that their concepts have, before those of their own. */
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
