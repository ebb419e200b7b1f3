package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The sizes of a CLIP model. The shapes of the weights determine all of them, except the
 * activation, head widths other than 64, and the form. The rules are those of OpenAI's loader.
 *
 * @param embedDim E, the width of the joint space
 * @param imageResolution R, the side of the images in pixels
 * @param channels the number of channels of the images, 3 or 1
 * @param text the text encoder
 * @param activation the activation of the transformer blocks; the form may have another one for
 *     images
 * @param vision the image encoder
 * @param form the differences from the released models
 */
public record ClipConfig(
    int embedDim,
    int imageResolution,
    int channels,
    Text text,
    Activation activation,
    Vision vision,
    Form form) {

  /**
   * The sizes of a text encoder.
   *
   * @param contextLength L, the maximum number of tokens of a text, with its start and end
   * @param vocabularySize the number of token ids
   * @param width W
   * @param heads the number of attention heads
   * @param layers the number of blocks
   */
  public record Text(int contextLength, int vocabularySize, int width, int heads, int layers) {}

  /** Creates a configuration with the form of the released models. */
  public ClipConfig(
      int embedDim,
      int imageResolution,
      int channels,
      int contextLength,
      int vocabularySize,
      int textWidth,
      int textHeads,
      int textLayers,
      Activation activation,
      Vision vision) {
    this(
        embedDim,
        imageResolution,
        channels,
        new Text(contextLength, vocabularySize, textWidth, textHeads, textLayers),
        activation,
        vision,
        Form.RELEASED);
  }

  /** L, how many tokens a text may have with its two marks. */
  public int contextLength() {
    return text.contextLength();
  }

  /** The number of token ids. */
  public int vocabularySize() {
    return text.vocabularySize();
  }

  /** W of the text encoder. */
  public int textWidth() {
    return text.width();
  }

  /** The attention heads of the text encoder. */
  public int textHeads() {
    return text.heads();
  }

  /** The blocks of the text encoder. */
  public int textLayers() {
    return text.layers();
  }

  /**
   * Settings that no shape shows and that all released models share.
   *
   * @param textEpsilon the epsilon of the layer norms of the text encoder
   * @param visionEpsilon the epsilon of the layer norms of a vision transformer
   * @param causal true if a token attends only to the tokens before it; false if it attends to the
   *     entire text, including padding
   * @param visionActivation the activation of a vision transformer, or null for that of the text
   *     encoder
   */
  public record Form(
      double textEpsilon,
      double visionEpsilon,
      boolean causal,
      @Nullable Activation visionActivation) {
    public static final Form RELEASED = new Form(1e-5, 1e-5, true);

    /** Creates a form with one activation for both encoders. */
    public Form(double textEpsilon, double visionEpsilon, boolean causal) {
      this(textEpsilon, visionEpsilon, causal, null);
    }
  }

  /** Returns the activation of a vision transformer. */
  public Activation visionActivation() {
    return form.visionActivation() == null ? activation : form.visionActivation();
  }

  /** Returns the model family. */
  public Family family() {
    return vision instanceof Vit vit ? vit.family() : Family.CLIP;
  }

  /** The sizes of the image encoder. */
  public sealed interface Vision permits Vit, ResNet {
    int width();

    int heads();
  }

  /**
   * The sizes of a vision transformer.
   *
   * @param width W of the encoder
   * @param layers the number of blocks
   * @param patch the side of a patch in pixels
   * @param heads the number of attention heads
   * @param family the model family
   */
  public record Vit(int width, int layers, int patch, int heads, Family family) implements Vision {
    /** Creates the sizes of a CLIP vision transformer. */
    public Vit(int width, int layers, int patch, int heads) {
      this(width, layers, patch, heads, Family.CLIP);
    }

    /** Returns the number of rows of the position table that do not belong to patches. */
    public int rowsBesidePatches() {
      return family == Family.SIGLIP ? 0 : 1;
    }
  }

  /**
   * The sizes of a modified ResNet.
   *
   * @param width the number of channels after the stem
   * @param layers the number of bottleneck blocks of each of the four stages
   * @param heads the number of attention heads of the pooling
   */
  public record ResNet(int width, List<Integer> layers, int heads) implements Vision {
    public ResNet {
      layers = List.copyOf(layers);
    }
  }

  /**
   * The settings from a configuration file or an option.
   *
   * @param textHeads the number of heads, or 0 for the family's default
   * @param visionHeads the number of heads, or 0 for the family's default
   * @param imageSize the side of the images, or 0 if the patches cover them exactly
   */
  record Stated(Activation activation, int textHeads, int visionHeads, int imageSize, Form form) {
    /** The settings of OpenAI's models: QuickGELU and heads of width 64. */
    public static final Stated RELEASED = new Stated(Activation.QUICK_GELU, 0, 0);

    /** The settings of SigLIP, as in Hugging Face's library. */
    private static final Stated SIGLIP =
        new Stated(Activation.GELU_PYTORCH_TANH, 0, 0, 0, new Form(1e-6, 1e-6, false));

    /** Returns the default settings of a family. */
    static Stated assumed(Family family) {
      return switch (family) {
        case CLIP -> RELEASED;
        case SIGLIP -> SIGLIP;
      };
    }

    /** Creates settings with heads and activation, otherwise as in the released files. */
    public Stated(Activation activation, int textHeads, int visionHeads) {
      this(activation, textHeads, visionHeads, 0, Form.RELEASED);
    }

    /** Returns the settings with another activation, for both encoders. */
    Stated with(Activation other) {
      Form same = new Form(form.textEpsilon(), form.visionEpsilon(), form.causal());
      return new Stated(other, textHeads, visionHeads, imageSize, same);
    }
  }

  /**
   * Infers the configuration from shapes.
   *
   * @param shapes the shapes of all weights, under their released names
   * @param source the file, for error messages
   */
  static ClipConfig infer(Map<String, long[]> shapes, Stated stated, String source) {
    Shapes s = new Shapes(shapes, source);
    Family family = Architectures.family(shapes.keySet(), source, "");
    int embedDim = s.length("text_projection", 1, 2);
    int textWidth = s.length("ln_final.weight", 0, 1);
    boolean vit = !shapes.containsKey("visual.layer1.0.conv1.weight");
    Vision vision = vit ? vit(s, stated, family) : resNet(s, stated);
    int resolution =
        vision instanceof Vit encoder
            ? s.side(
                "visual.positional_embedding",
                encoder.rowsBesidePatches(),
                encoder.patch(),
                stated.imageSize())
            : s.side("visual.attnpool.positional_embedding", 1, 32, stated.imageSize());
    return new ClipConfig(
        embedDim,
        resolution,
        s.length("visual.conv1.weight", 1, 4),
        new Text(
            s.length("positional_embedding", 0, 2),
            s.length("token_embedding.weight", 0, 2),
            textWidth,
            heads(stated.textHeads(), textWidth, family, "text", source),
            s.count("transformer.resblocks.")),
        stated.activation(),
        vision,
        stated.form());
  }

  private static Vit vit(Shapes s, Stated stated, Family family) {
    int width = s.length("visual.conv1.weight", 0, 4);
    return new Vit(
        width,
        s.count("visual.transformer.resblocks."),
        s.length("visual.conv1.weight", 3, 4),
        heads(stated.visionHeads(), width, family, "vision", s.source),
        family);
  }

  private static ResNet resNet(Shapes s, Stated stated) {
    int width = s.length("visual.layer1.0.conv1.weight", 0, 4);
    List<Integer> layers = new ArrayList<>();
    for (int stage = 1; stage <= 4; stage++) {
      layers.add(s.count("visual.layer" + stage + "."));
    }
    return new ResNet(
        width, layers, heads(stated.visionHeads(), width * 32, Family.CLIP, "vision", s.source));
  }

  private static int heads(int stated, int width, Family family, String encoder, String source) {
    int heads = stated > 0 ? stated : family.assumedHeads(width);
    if (width % heads != 0) {
      throw KgCoopException.weights(
          ("%s: %s width %s does not divide into %s heads; specify them in a config.json next to "
                  + "the weights")
              .formatted(source, encoder, width, heads));
    }
    return heads;
  }

  /** Sizes from tensor shapes. Errors contain the name of the tensor. */
  private record Shapes(Map<String, long[]> shapes, String source) {

    int length(String key, int axis, int rank) {
      long[] shape = shapes.get(key);
      if (shape == null) {
        throw KgCoopException.weights(
            ("%s: not a CLIP: no tensor '%s' among its %s; expected the names of the released "
                    + "files (a Hugging Face model is given as its folder, with config.json)")
                .formatted(source, key, shapes.size()));
      }
      if (shape.length != rank || shape[axis] < 1 || shape[axis] > Integer.MAX_VALUE) {
        throw KgCoopException.weights(
            "%s: '%s' has shape %s; expected %s axes of at least 1"
                .formatted(source, key, java.util.Arrays.toString(shape), rank));
      }
      return (int) shape[axis];
    }

    /** Returns the number of distinct numbers after a prefix. */
    int count(String prefix) {
      TreeSet<String> numbers = new TreeSet<>();
      for (String key : shapes.keySet()) {
        if (key.startsWith(prefix)) {
          numbers.add(key.substring(prefix.length()).split("\\.", 2)[0]);
        }
      }
      if (numbers.isEmpty()) {
        throw KgCoopException.weights(
            source + ": not a CLIP: no tensor '" + prefix + "0...' among its " + shapes.size());
      }
      return numbers.size();
    }

    /**
     * Returns the image side for a table of positions.
     *
     * @param more the number of rows that are not positions of an image
     * @param unit the number of pixels per position
     * @param stated the configured side, which may not be a multiple of the unit; or 0
     */
    int side(String key, int more, int unit, int stated) {
      int grid = grid(key, more);
      if (stated > 0 && stated / unit != grid) {
        throw KgCoopException.weights(
            ("%s: its configuration has images of %s pixels, with %s positions of %s per"
                    + " side; '%s' has %s")
                .formatted(source, stated, stated / unit, unit, key, grid));
      }
      return stated > 0 ? stated : unit * grid;
    }

    /** Returns the side of the square grid of positions. */
    private int grid(String key, int more) {
      int rows = length(key, 0, 2) - more;
      int side = (int) Math.round(Math.sqrt(rows));
      if (side < 1 || side * side != rows) {
        throw KgCoopException.weights(
            "%s: '%s' has %s rows; expected %sa square number of positions"
                .formatted(source, key, rows + more, more == 0 ? "" : more + " and "));
      }
      return side;
    }
  }
}
