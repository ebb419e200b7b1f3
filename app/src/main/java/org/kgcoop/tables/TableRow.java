package org.kgcoop.tables;

import java.util.Map;
import org.kgcoop.method.catalogue.MethodCatalogue;

/**
 * A row of a table: the runs of a method with the same setting and shots.
 *
 * @param label method, setting and shots, as far as they tell rows apart
 * @param setting the varied settings
 * @param shots training images a class; 0 for all
 */
public record TableRow(String label, String method, Map<String, String> setting, int shots) {

  /** True if a user means this row: by the label, or by the label with the method's id in it. */
  public boolean isNamed(String name) {
    return name.equalsIgnoreCase(label)
        || name.equalsIgnoreCase(label.replace(MethodCatalogue.title(method), method));
  }
}
