package org.kgcoop.image.view;

import java.util.List;
import org.kgcoop.image.RgbImage;

/**
 * An image after the test transform of a model. The server and the feature cache transform images
 * before they pass them to a classifier, to keep less in memory.
 */
public record TransformedImage(RgbImage pixels) {
  /** Marks images as transformed. */
  public static List<TransformedImage> all(List<RgbImage> images) {
    return images.stream().map(TransformedImage::new).toList();
  }
}
