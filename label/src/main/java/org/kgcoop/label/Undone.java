package org.kgcoop.label;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.kgcoop.runs.Kind;

/**
 * What was taken back. The next page of this person shows these images again.
 *
 * @param kind the kind of the answers; {@link Kind#CHOSEN} also for a change of a class
 * @param former the answers that were taken back; empty for a change of a class
 */
public record Undone(Kind kind, Map<Path, String> former) {
  public Undone {
    former = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(former));
  }
}
