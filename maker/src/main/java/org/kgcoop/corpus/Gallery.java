package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Drawings that have been rendered. */
final class Gallery {

  /**
   * A drawing and its bitmap.
   *
   * @param print see {@link Print}
   */
  record Picture(Drawing drawing, Bitmap bitmap, Print print) {}

  private Gallery() {}

  /** The drawings with their bitmaps, in their order, without blank ones. */
  static List<Picture> render(List<Drawing> drawings) {
    ThreadLocal<Renderer> renderers = ThreadLocal.withInitial(Renderer::new);
    return IntStream.range(0, drawings.size())
        .parallel()
        .mapToObj(i -> render(renderers.get(), drawings.get(i)))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Picture> render(Renderer renderer, Drawing drawing) {
    boolean colour = drawing.set().colour();
    return renderer
        .render(drawing.icon(), colour)
        .map(
            bitmap -> {
              List<String> style =
                  colour || drawing.style().contains("pixel") || drawing.style().contains("sketch")
                      ? drawing.style()
                      : Strokes.words(bitmap, drawing.style());
              return new Picture(drawing.withStyle(style), bitmap, Print.of(bitmap));
            });
  }

  /** The images that have no twin among others. */
  static List<Picture> withoutTwins(List<Picture> pictures, List<Picture> others) {
    BitSet twins =
        Twins.of(
            pictures.stream().map(Picture::print).toList(),
            others.stream().map(Picture::print).toList());
    List<Picture> kept = new ArrayList<>();
    for (int i = 0; i < pictures.size(); i++) {
      if (!twins.get(i)) {
        kept.add(pictures.get(i));
      }
    }
    return kept;
  }
}
