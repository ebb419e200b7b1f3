package org.kgcoop.label;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An answer that is on the disk.
 *
 * @param step the number of its entry in the journal; 0 if nothing was left to store
 * @param leftOut images that were answered elsewhere meanwhile; these answers do not count
 * @param differs images of the check whose answer differs from their label, with this label. The
 *     label stays until {@link Labeling#decide}.
 * @param changed images whose files are no longer those that were read; these answers do not count,
 *     and the images are asked after the next start
 */
public record Answered(
    int step, List<Path> leftOut, Map<Path, String> differs, List<Path> changed) {
  public Answered {
    changed = List.copyOf(changed);
    leftOut = List.copyOf(leftOut);
    differs = Map.copyOf(differs);
  }
}
