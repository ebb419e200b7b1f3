package org.kgcoop.tables;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;
import org.kgcoop.classifier.MethodRegistry;

/**
 * A row of a table: the runs of a method with the same settings and shots.
 *
 * @param label the method, and the settings and shots that distinguish the row
 * @param setting the varied settings
 * @param shots the number of training images per class, or 0 for all
 */
public record TableRow(
    @JsonValue String label, String method, Map<String, String> setting, int shots) {

  /**
   * Returns true if a user means this row. The name is the label, or the label with the method's id
   * instead of its title.
   */
  public boolean isNamed(String name) {
    return name.equalsIgnoreCase(label)
        || name.equalsIgnoreCase(label.replace(MethodRegistry.title(method), method));
  }
}
