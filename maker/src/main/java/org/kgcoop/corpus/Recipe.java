package org.kgcoop.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recipe of a data set, as in {@code datasets.json}.
 *
 * @param name in commands
 * @param title the subject of the images
 * @param role "table", "tuning" or "shift"
 * @param source of a shift: the set whose classes it has, else null
 * @param sets of a shift to other designers: their sets; null where the source's own test images
 *     are seen in another condition
 * @param parts whose families it may show; of a shift none
 * @param condition of the images
 * @param template the hand-crafted prompt
 * @param shots images of a class that training has at least; of a shift 0
 * @param classes their names, which are concepts; of a shift none, the source has them
 */
record Recipe(
    String name,
    String title,
    String role,
    @Nullable String source,
    @Nullable List<String> sets,
    List<Part> parts,
    String condition,
    String template,
    int shots,
    List<String> classes) {

  Recipe {
    sets = sets == null ? null : List.copyOf(sets);
    parts = parts == null ? List.of() : List.copyOf(parts);
    classes = classes == null ? List.of() : classes.stream().sorted().toList();
  }

  /** The recipes of the list that lies beside this class. */
  static List<Recipe> all() {
    try {
      return new ObjectMapper()
          .readValue(
              String.join("\n", Resources.lines("datasets.json")),
              new TypeReference<List<Recipe>>() {});
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("datasets.json: " + e.getMessage(), e);
    }
  }
}
