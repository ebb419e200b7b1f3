package org.kgcoop.corpus;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Renders drawings and compares them. */
final class Gallery {

  /**
   * A drawing and its bitmap.
   *
   * @param print the normalized shape, see {@link Print}
   */
  record Image(Drawing drawing, Bitmap bitmap, Print print) {}

  private Gallery() {}

  /** Renders the drawings in their order. Blank ones are removed. */
  static List<Image> render(List<Drawing> drawings) {
    ThreadLocal<Renderer> renderers = ThreadLocal.withInitial(Renderer::new);
    return IntStream.range(0, drawings.size())
        .parallel()
        .mapToObj(i -> render(renderers.get(), drawings.get(i)))
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Image> render(Renderer renderer, Drawing drawing) {
    boolean color = drawing.set().color();
    return renderer
        .render(drawing.icon(), color)
        .map(
            bitmap -> {
              List<String> style =
                  color || drawing.style().contains("pixel") || drawing.style().contains("sketch")
                      ? drawing.style()
                      : Strokes.words(bitmap, drawing.style());
              return new Image(drawing.withStyle(style), bitmap, Print.of(bitmap));
            });
  }

  /** Returns the images that have no twin among others. */
  static List<Image> withoutTwins(List<Image> images, List<Image> others) {
    BitSet twins =
        Twins.of(
            images.stream().map(Image::print).toList(), others.stream().map(Image::print).toList());
    List<Image> kept = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      if (!twins.get(i)) {
        kept.add(images.get(i));
      }
    }
    return kept;
  }
}
