package org.kgcoop.adapt;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.Templates;
import org.kgcoop.experiment.MethodSpec;
import org.kgcoop.method.Clap;
import org.kgcoop.method.Ensemble;
import org.kgcoop.method.Gda;
import org.kgcoop.method.KgCoOp;
import org.kgcoop.method.LpPlusPlus;
import org.kgcoop.method.Probe;
import org.kgcoop.method.Proker;
import org.kgcoop.method.Tcp;
import org.kgcoop.method.TipAdapterF;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.catalogue.EmbeddedPrompt;
import org.kgcoop.method.catalogue.PublishedDefaults;

/**
 * The methods that are tried, the simpler first, with the settings that they are tried with: the
 * published ones but for what the time or the embedded CLIP ask for, chosen on {@code
 * embedded:tuning} alone.
 */
final class Candidates {

  /** In the order in which one is preferred to another that does as well. */
  static final List<String> SHORT_LIST =
      List.of(
          ZeroShot.ID,
          Ensemble.ID,
          Probe.ID,
          Gda.ID,
          Proker.ID,
          LpPlusPlus.ID,
          Clap.ID,
          TipAdapterF.ID,
          KgCoOp.ID,
          Tcp.ID);

  /** The areas of random parts, those of Tip-Adapter: one for all, so that all see one view. */
  private static final String CROP_SCALE = "0.5,1";

  /** Epochs and batch of prompts, which learn longer on few images than their papers say. */
  private static final int PROMPT_EPOCHS = 50;

  private static final int PROMPT_BATCH = 32;

  /** The rate of prompts for the embedded CLIP, whose logits are on a third of CLIP's scale. */
  private static final double EMBEDDED_RATE = 0.05;

  /** The tops of beta and alpha that Tip-Adapter-F searches to, whatever the data. */
  private static final double CACHE_TOP = 20;

  /** CLAP's rate there: its text features are longer than CLIP's, and turn the less at a step. */
  private static final double EMBEDDED_CLAP_RATE = 1;

  private final Clip clip;
  private final int views;

  /**
   * Candidates for a CLIP.
   *
   * @param views random views of each training image; 0 for the test view alone
   */
  Candidates(Clip clip, int views) {
    this.clip = clip;
    this.views = views;
  }

  /** True for a method whose steps go through the text encoder, which takes most of the time. */
  static boolean trainsText(String id) {
    return id.equals(KgCoOp.ID) || id.equals(Tcp.ID);
  }

  /** True for a method that takes no training steps, so that its answer comes within seconds. */
  static boolean isQuick(String id) {
    return !trainsText(id) && !id.equals(Clap.ID) && !id.equals(TipAdapterF.ID);
  }

  MethodSpec spec(String id) {
    ObjectNode method = JsonNodeFactory.instance.objectNode().put("method", id);
    ObjectNode training =
        JsonNodeFactory.instance
            .objectNode()
            .put("augment", views == 0 ? "test" : "cache:" + views);
    if (views > 0) {
      training.put("transforms", "random_resized_crop(" + CROP_SCALE + "),random_flip");
    }
    switch (id) {
      case KgCoOp.ID, Tcp.ID -> {
        training.put("epochs", PROMPT_EPOCHS).put("batch_size", PROMPT_BATCH);
        if (id.equals(Tcp.ID)) {
          method.put("layer", layer());
        } else if (EmbeddedPrompt.isFor(clip)) {
          method.put("words", Templates.words(EmbeddedClip.TEMPLATE));
          training.put("lr", EMBEDDED_RATE);
        }
      }
      case Clap.ID -> {
        // As the texts of all others have them, and better by about two points.
        method.put("underscores", "replace");
        training.put("augment", views == 0 ? "test" : "pool:" + views);
        if (EmbeddedPrompt.isFor(clip)) {
          training.put("lr", EMBEDDED_CLAP_RATE);
        }
      }
      case TipAdapterF.ID -> {
        method.put("scale", "model");
        method.putArray("search_scale").add(CACHE_TOP).add(CACHE_TOP);
        if (views > 0) {
          method.put("views", views);
        }
      }
      // Each view would be a row, and a kernel grows with the square of the rows.
      case Gda.ID, Proker.ID -> method.put("views", 0);
      default -> {}
    }
    return MethodSpec.of(method, training, PublishedDefaults.FEW_SHOT, Map.of());
  }

  /** TCP's block, of the published twelve the ninth, at the same depth of a shorter encoder. */
  private int layer() {
    return Math.min(Tcp.DEFAULT_LAYER, Tcp.DEFAULT_LAYER * clip.config().textLayers() / 12);
  }
}
