package org.kgcoop.label;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.journal.Kind;

/**
 * What was taken back. The next page of this person shows these images again.
 *
 * @param kind the kind of the answers; {@link Kind#CHOSEN} also for a change of a class
 * @param images the images whose answers were taken back; empty for a change of a class
 * @param former their answers, without those of a class that was taken back, too
 */
public record Undone(Kind kind, List<Path> images, Map<Path, String> former) {
  public Undone {
    images = List.copyOf(images);
    former = Collections.unmodifiableMap(new LinkedHashMap<>(former));
  }
}
