package org.kgcoop.clip;

import java.util.List;
import java.util.Locale;
import org.kgcoop.image.view.Preprocessing;

/** A kind of image-text models: how its encoders are built. */
public enum Family {
  /** CLIP: an image is read at its class embedding, or a ResNet; a text at its end. */
  CLIP("CLIP") {
    @Override
    int assumedHeads(int width) {
      return Math.max(1, width / 64);
    }
  },

  /**
   * SigLIP, and SigLIP 2 of a fixed resolution: an attention pooling reads the image; a text is not
   * causal, filled up to the context length and read at its last position.
   */
  SIGLIP("SigLIP") {
    @Override
    int assumedHeads(int width) {
      return width < 1024 ? 12 : 16;
    }
  };

  private final String title;

  Family(String title) {
    this.title = title;
  }

  /** The name for people. */
  public String title() {
    return title;
  }

  /** The name in files. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The attention heads of an encoder of that width, where no file states them. */
  abstract int assumedHeads(int width);

  /** The mean of the training images, where no file states it. */
  List<Double> mean() {
    return this == SIGLIP ? List.of(0.5, 0.5, 0.5) : Preprocessing.CLIP_MEAN;
  }

  /** The standard deviations of its preprocessing. */
  List<Double> std() {
    return this == SIGLIP ? List.of(0.5, 0.5, 0.5) : Preprocessing.CLIP_STD;
  }

  /** True if the whole image becomes the square, where no file says so. */
  boolean squashes() {
    return this == SIGLIP;
  }
}
