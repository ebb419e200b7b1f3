package org.kgcoop.adapt;

import java.util.List;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.data.DataSet;
import org.kgcoop.method.Clap;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Probe;
import org.kgcoop.method.TipAdapterF;
import org.kgcoop.trial.Recipe;

/**
 * Size of a task, in multiply-adds of its largest products. It decides what is compared without a
 * time limit, so that the same images have the same classifier on every computer. Two cores of 2024
 * compute about 5e10 multiply-adds per second.
 *
 * @param config the sizes of the CLIP
 */
record TaskSize(ClipConfig config) {
  /** The maximum number of random views per image. */
  static final int MAX_VIEWS = 8;

  /** The work of all views together. */
  private static final double VIEWS = 2e12;

  /** The work of a method that trains through the text encoder, with all its folds. */
  private static final double TEXTS = 1.5e13;

  /** The work of a pass of a method that trains on features over all images. */
  private static final double PASS = 5e8;

  /** The most images of a method that keeps them all and trains on them. */
  private static final int MOST_KEPT = 5_000;

  /** The usual number of tokens of a class with its context. */
  private static final int TOKENS = 12;

  /** The parameters of a transformer block, per square of its width. */
  private static final double BLOCK = 12;

  /** The parameters of a bottleneck block, per square of its channels. */
  private static final double BOTTLENECK = 17;

  /** A step computes the loss, and twice as much for its gradients. */
  private static final double STEP = 3;

  /** Returns the work to encode an image. */
  double image() {
    ClipConfig.Vision vision = config.vision();
    if (vision instanceof ClipConfig.Vit vit) {
      double patches = Math.pow((double) config.imageResolution() / vit.patch(), 2);
      return BLOCK * vit.width() * vit.width() * vit.layers() * patches;
    }
    List<Integer> layers = ((ClipConfig.ResNet) vision).layers();
    // A stage has twice the channels and a quarter of the places of the one before.
    return BOTTLENECK
        * layers.stream().mapToInt(Integer::intValue).sum()
        * Math.pow(vision.width() * config.imageResolution() / 4.0, 2);
  }

  /** Returns the number of random views per training image; 0 for a large task. */
  int views(int images) {
    return (int) Math.min(MAX_VIEWS, VIEWS / (images * image()));
  }

  /**
   * Returns the reason why a method is too slow for a task of this size, or an empty text.
   *
   * @param data the data of the final training
   * @param folds the number of folds that the method is trained on first
   */
  String leftOut(Recipe recipe, DataSet data, int folds) {
    String id = recipe.method().id();
    int images = data.train().size();
    int classes = data.classNames().size();
    if (Candidates.trainsText(id)) {
      double width = config.textWidth();
      double texts = BLOCK * width * width * config.textLayers() * TOKENS * classes;
      double steps = (double) recipe.steps().steps(data.train()) * (folds + 1);
      return texts * steps * STEP > TEXTS ? slow(id) : "";
    }
    boolean trains = List.of(Probe.ID, LpPlusPlus.ID, Clap.ID, TipAdapterF.ID).contains(id);
    double pass = (double) images * classes * config.embedDim();
    boolean isKept = id.equals(TipAdapterF.ID) && images > MOST_KEPT;
    return trains && (isKept || pass > PASS) ? slow(id) : "";
  }

  private static String slow(String id) {
    return "too slow for so many images and classes (--methods %s compares it)".formatted(id);
  }
}
