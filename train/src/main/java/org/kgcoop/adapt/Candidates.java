package org.kgcoop.adapt;

import java.util.List;
import org.kgcoop.classifier.EmbeddedPrompt;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.Templates;
import org.kgcoop.method.Clap;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.Gap;
import org.kgcoop.method.Gda;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Probe;
import org.kgcoop.method.Proker;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TipAdapterF;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;
import org.kgcoop.trial.MethodSpec;
import org.kgcoop.trial.Recipe;

/**
 * Candidate methods with their settings, those closest to zero-shot CLIP first. The settings are
 * the published ones, except for changes due to the time budget. These changes were selected only
 * on {@code embedded:tuning}.
 *
 * @param views the number of random views per training image; 0 uses only the test view
 * @param task the task that all images to learn from describe
 */
record Candidates(Clip clip, int views, TaskContext task) {

  /**
   * Names of the candidates. Among methods that the images cannot distinguish, the first one is
   * preferred. Methods that stay closer to the texts of CLIP come first, because they lose less if
   * the choice is wrong. A linear probe does not use the texts.
   */
  static final List<String> SHORT_LIST =
      List.of(
          ZeroShot.ID,
          Ensemble.ID,
          Gap.ID,
          Proker.ID,
          Gda.ID,
          LpPlusPlus.ID,
          Probe.ID,
          Clap.ID,
          TipAdapterF.ID,
          KgCoOp.ID,
          Tcp.ID);

  /**
   * The candidates in the order in which they are compared: those without training steps first, and
   * among these the ones in closed form.
   */
  static final List<String> BY_EFFORT =
      List.of(
          ZeroShot.ID,
          Ensemble.ID,
          Gda.ID,
          Proker.ID,
          Gap.ID,
          Probe.ID,
          LpPlusPlus.ID,
          TipAdapterF.ID,
          Clap.ID,
          KgCoOp.ID,
          Tcp.ID);

  /**
   * Areas of random crops, taken from Tip-Adapter. All methods use the same areas, so that they
   * share their views.
   */
  private static final String CROP_SCALE = "0.5,1";

  /** Epochs and batch size of prompts, which train longer on few images than published. */
  private static final int PROMPT_EPOCHS = 50;

  private static final int PROMPT_BATCH = 32;

  /** Upper bounds of beta and alpha in the search of Tip-Adapter-F, for all data sets. */
  private static final double CACHE_TOP = 20;

  /**
   * Maximum number of images that ProKeR searches with, and of those of {@code gap}. The time is
   * cubic in this number.
   */
  private static final int MAX_SEARCHED = 1_000;

  /**
   * Maximum mean number of images per class for {@code gap}, which searches no setting. It is
   * better than ProKeR with one or two images per class.
   */
  private static final int MAX_IMAGES_OF_GAP = 4;

  /**
   * Returns true for a method that trains through the text encoder, which takes most of the time.
   */
  static boolean trainsText(String id) {
    return id.equals(KgCoOp.ID) || id.equals(Tcp.ID);
  }

  /** Returns true for a method without training steps, which takes only seconds. */
  static boolean isQuick(String id) {
    return !trainsText(id) && !id.equals(Clap.ID) && !id.equals(TipAdapterF.ID);
  }

  /**
   * Returns the reason why a method cannot be trained on all images, or an empty text. Folds have
   * fewer images, so they do not show this.
   */
  static String leftOut(String id, int images, int classes) {
    if (id.equals(Proker.ID) && images > Proker.MAX_ROWS) {
      return "it keeps every image and supports at most %s; there are %s"
          .formatted(Proker.MAX_ROWS, images);
    }
    if (id.equals(Gap.ID) && (images > MAX_IMAGES_OF_GAP * classes || images > MAX_SEARCHED)) {
      return "left out above %s images per class on average, or %s in all"
          .formatted(MAX_IMAGES_OF_GAP, MAX_SEARCHED);
    }
    return "";
  }

  Recipe recipe(String id) {
    SettingValues method = SettingValues.of(Declaration.METHOD, id);
    SettingValues training = SettingValues.of("augment", views == 0 ? "test" : "cache:" + views);
    if (views > 0) {
      training = training.with("transforms", "random_resized_crop(" + CROP_SCALE + "),random_flip");
    }
    switch (id) {
      case KgCoOp.ID, Tcp.ID -> {
        training = training.with("epochs", PROMPT_EPOCHS).with("batch_size", PROMPT_BATCH);
        if (id.equals(Tcp.ID)) {
          method = method.with("layer", layer());
        } else if (EmbeddedPrompt.isFor(clip)) {
          method = method.with("words", Templates.words(EmbeddedClip.TEMPLATE));
        }
      }
      case Clap.ID -> {
        // The texts of all other methods replace underscores, too, and CLAP gains about two points.
        method = method.with("underscores", "replace");
        training = training.with("augment", views == 0 ? "test" : "pool:" + views);
      }
      case TipAdapterF.ID -> {
        method = method.with("scale", "model").with("search_scale", List.of(CACHE_TOP, CACHE_TOP));
        if (views > 0) {
          method = method.with("views", views);
        }
      }
      // Each view would add rows, and the size of a kernel is quadratic in the number of rows.
      case Gda.ID -> method = method.with("views", 0);
      case Proker.ID -> method = method.with("views", 0).with("searched", MAX_SEARCHED);
      default -> {}
    }
    return MethodSpec.of(method, training, PublishedDefaults.FEW_SHOT).recipe(task);
  }

  /**
   * Returns TCP's block: the ninth of twelve, as published, or a block at the same relative depth.
   */
  private int layer() {
    return Math.min(Tcp.DEFAULT_LAYER, Tcp.DEFAULT_LAYER * clip.config().textLayers() / 12);
  }
}
