package org.kgcoop.cli.options;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.Images;
import org.kgcoop.image.view.Drawings;

/** A warning that the embedded CLIP, which knows only drawings, is used for other images. */
public final class PhotoWarning {
  /** The warning. */
  public static final String TEXT =
      "these images do not look like drawings, and the embedded CLIP knows only drawings: its"
          + " answers mean little; use a model of photos, such as --clip ViT-B/32-256";

  private static final int MAX_IMAGES = 16;

  private PhotoWarning() {}

  /** Warns if the training images of a data set do not look like drawings. */
  public static void check(
      ClipOptions options, Clip clip, String data, DataSet set, Output output) {
    if (!DataOptions.isEmbedded(data)) {
      check(options, clip, set.train().stream().map(Item::file).toList(), output);
    }
  }

  /** Warns if images do not look like drawings. */
  public static void check(ClipOptions options, Clip clip, List<Path> files, Output output) {
    if (isDue(options, clip, files)) {
      output.warn(TEXT);
    }
  }

  /**
   * Returns true if images do not look like drawings. It decodes a few of them, and keeps them for
   * their features.
   */
  public static boolean isDue(ClipOptions options, Clip clip, List<Path> files) {
    return options.isEmbedded() && !areDrawings(files, clip);
  }

  /**
   * Returns false if some evenly spaced images do not look like drawings, by the median of their
   * color shares. Unreadable images are skipped.
   */
  static boolean areDrawings(List<Path> files, Clip clip) {
    // The command reports unreadable images.
    ViewEncoder encoder = new ViewEncoder(clip, new Images(unreadable -> {}));
    double[] shares =
        Parse.evenly(files, MAX_IMAGES)
            .parallel()
            .filter(Files::isRegularFile) // a pipe can be read only once
            .flatMapToDouble(file -> share(file, encoder))
            .sorted()
            .toArray();
    return shares.length == 0 || Drawings.isDrawing(shares[shares.length / 2]);
  }

  private static DoubleStream share(Path file, ViewEncoder encoder) {
    try {
      return DoubleStream.of(Drawings.colorShare(encoder.firstView(file)));
    } catch (KgCoopException e) {
      return DoubleStream.empty(); // unreadable
    }
  }
}
