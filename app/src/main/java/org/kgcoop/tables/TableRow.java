package org.kgcoop.tables;

import java.util.Map;
import org.kgcoop.method.catalogue.MethodCatalogue;

/**
 * A row of a table of runs.
 *
 * @param label of method, setting and shots, as far as they tell rows apart
 * @param setting what was varied
 * @param shots pictures a class; 0 for all
 */
public record TableRow(String label, String method, Map<String, String> setting, int shots) {

  /** Whether a user means it: by its label, or by that with the method's id in it. */
  public boolean isNamed(String name) {
    return name.equalsIgnoreCase(label)
        || name.equalsIgnoreCase(label.replace(MethodCatalogue.title(method), method));
  }
}
