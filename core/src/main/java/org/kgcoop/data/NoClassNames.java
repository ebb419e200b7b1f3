package org.kgcoop.data;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.kgcoop.Messages;

/**
 * Folder names that usually mean "images of no class", such as {@code other}. As a class, such
 * images are hardly recognized, because they have nothing in common and their name describes none
 * of them. These names only cause a question: some data sets have a real class of this name.
 */
public final class NoClassNames {
  /** English, German, French, Spanish, Italian, Portuguese and Dutch names. */
  private static final Set<String> NAMES =
      Set.of(
          """
          other, others, none, none of these, none of the above, no class, misc, miscellaneous,
          background, background google, unknown, unlabeled, unlabelled, unsorted, unclassified,
          uncategorized, undefined, rest, remaining, leftover, leftovers, negative, negatives,
          distractor, distractors, irrelevant,
          sonstige, sonstiges, andere, anderes, unbekannt, unsortiert, hintergrund, keine,
          keines, keine davon, keins davon, verschiedenes,
          autre, autres, divers, inconnu, inconnus, aucun, aucune, reste,
          otro, otros, otra, otras, ninguno, ninguna, desconocido, varios, resto,
          altro, altri, altre, nessuno, sconosciuto, vari,
          outro, outros, outra, outras, nenhum, nenhuma, desconhecido,
          overig, overige, overigen, onbekend, geen"""
              .split(",\\s+"));

  private NoClassNames() {}

  /** Returns the names that usually mean images of no class, in any case and with any separator. */
  public static List<String> in(List<String> classNames) {
    return classNames.stream()
        .filter(
            name ->
                NAMES.contains(name.toLowerCase(Locale.ROOT).replaceAll("[\\s_-]+", " ").strip()))
        .toList();
  }

  /** Asks whether classes of a data set are images of no class, in one line, if it has any. */
  public static Optional<String> question(DataSet data) {
    List<String> names = in(data.classNames());
    return names.isEmpty()
        ? Optional.empty()
        : Optional.of(
            ("%s: does \"%s\" contain images of no class? It is read as a class; if it is none,"
                    + " move its folder out of the data and run ./kgcoop adapt with --unknown"
                    + " FOLDER")
                .formatted(data.name(), Messages.firstOf(names)));
  }
}
