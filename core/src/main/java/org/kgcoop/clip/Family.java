package org.kgcoop.clip;

import java.util.List;
import java.util.Locale;
import org.kgcoop.image.view.Preprocessing;

/** A family of image-text models, with the same kind of encoders. */
public enum Family {
  /**
   * CLIP. The image feature comes from the CLS token, or from a ResNet. The text feature comes from
   * the end of the text.
   */
  CLIP("CLIP") {
    @Override
    int assumedHeads(int width) {
      return Math.max(1, width / 64);
    }
  },

  /**
   * SigLIP, and SigLIP 2 of a fixed resolution. The image feature comes from an attention pooling.
   * The text encoder is not causal: texts are padded to the context length, and the feature comes
   * from the last position.
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

  /** Returns the name for display. */
  public String title() {
    return title;
  }

  /** Returns the name for files. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the default number of attention heads of an encoder with this width. */
  abstract int assumedHeads(int width);

  /** Returns the default mean of the preprocessing. */
  List<Double> mean() {
    return this == SIGLIP ? List.of(0.5, 0.5, 0.5) : Preprocessing.CLIP_MEAN;
  }

  /** Returns the default standard deviation of the preprocessing. */
  List<Double> std() {
    return this == SIGLIP ? List.of(0.5, 0.5, 0.5) : Preprocessing.CLIP_STD;
  }

  /** Returns true if the default preprocessing resizes the entire image to a square. */
  boolean squashes() {
    return this == SIGLIP;
  }
}
