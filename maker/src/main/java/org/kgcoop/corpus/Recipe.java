package org.kgcoop.corpus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The recipe of a data set, an entry of {@code datasets.json}.
 *
 * @param name the name in commands
 * @param title the subject of the images
 * @param role "table", "tuning" or "shift"
 * @param source for a shift, the data set with the same classes; otherwise null
 * @param sets for a shift to other designers, their sets; null if the test images of the source are
 *     rendered in another condition
 * @param parts the parts whose families may be used; empty for a shift
 * @param condition the condition of the images
 * @param template the hand-crafted prompt
 * @param shots the minimum number of training images per class; 0 for a shift
 * @param classes the class names, which are concepts; empty for a shift, which has the classes of
 *     the source
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

  /** Returns the recipes from the resources. */
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
