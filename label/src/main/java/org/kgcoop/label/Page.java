package org.kgcoop.label;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.journal.Kind;

/**
 * A group of images to answer.
 *
 * @param number identifies the page in answers
 * @param proposed the proposed class, {@link Labeling#NONE}, or null if each image has its own
 * @param images the images, relative to the folder; empty if nothing is left to ask
 * @param likely the most probable classes of each image, best first; empty lists for blind kinds
 * @param former the answers that this person took back. They are shown, and must be given again.
 */
public record Page(
    int number,
    Kind kind,
    @Nullable String proposed,
    List<Path> images,
    List<List<String>> likely,
    Map<Path, String> former) {
  public Page {
    images = List.copyOf(images);
    likely = List.copyOf(likely);
    former = Map.copyOf(former);
  }
}
