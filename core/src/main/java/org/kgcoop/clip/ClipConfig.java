package org.kgcoop.clip;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * The sizes of a CLIP. Everything but the activation, heads that are not width / 64 and the form
 * follows from the shapes of the weights; the rules are those of the published loader.
 *
 * @param embedDim E, the width of the joint space
 * @param imageResolution R, the side of the images in pixels
 * @param channels of the images, 3 or 1
 * @param text the text encoder
 * @param activation of the transformer blocks, where the form has no other for images
 * @param vision the image encoder
 * @param form in which it differs from the released models
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
   * @param contextLength L, how many tokens a text may have with its two marks
   * @param vocabularySize how many token ids there are
   * @param width W
   * @param heads attention heads
   * @param layers blocks
   */
  public record Text(int contextLength, int vocabularySize, int width, int heads, int layers) {}

  /** A CLIP of the released form. */
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
   * The settings that no shape shows and all released models share.
   *
   * @param textEpsilon what the norms of the text encoder add to the variance
   * @param visionEpsilon what those of a vision transformer add
   * @param causal whether a token sees those before it alone; else it sees its whole text, and what
   *     fills it up to the context length
   * @param visionActivation of a vision transformer, or null for the text encoder's
   */
  public record Form(
      double textEpsilon,
      double visionEpsilon,
      boolean causal,
      @Nullable Activation visionActivation) {
    public static final Form RELEASED = new Form(1e-5, 1e-5, true);

    /** A form with one activation for both encoders. */
    public Form(double textEpsilon, double visionEpsilon, boolean causal) {
      this(textEpsilon, visionEpsilon, causal, null);
    }
  }

  /** The activation of a vision transformer. */
  public Activation visionActivation() {
    return form.visionActivation() == null ? activation : form.visionActivation();
  }

  /** The kind of models that it is one of. */
  public Family family() {
    return vision instanceof Vit vit ? vit.family() : Family.CLIP;
  }

  /** The image encoder. */
  public sealed interface Vision permits Vit, ResNet {
    int width();

    int heads();
  }

  /**
   * A vision transformer.
   *
   * @param width W of the encoder
   * @param layers blocks
   * @param patch side of a patch in pixels
   * @param heads attention heads
   * @param family whose encoders it is
   */
  public record Vit(int width, int layers, int patch, int heads, Family family) implements Vision {
    /** CLIP's. */
    public Vit(int width, int layers, int patch, int heads) {
      this(width, layers, patch, heads, Family.CLIP);
    }

    /** Rows of the table of positions beside those of the patches. */
    public int rowsBesidePatches() {
      return family == Family.SIGLIP ? 0 : 1;
    }
  }

  /**
   * A modified ResNet.
   *
   * @param width channels after the stem
   * @param layers bottleneck blocks of each of the four stages
   * @param heads of the attention pooling
   */
  public record ResNet(int width, List<Integer> layers, int heads) implements Vision {
    public ResNet {
      layers = List.copyOf(layers);
    }
  }

  /**
   * The settings that a configuration file or an option states.
   *
   * @param textHeads or 0 for the rule of the family
   * @param visionHeads or 0 for the rule of the family
   * @param imageSize the side of the images, or 0 for the patches alone, nothing left over
   */
  record Stated(Activation activation, int textHeads, int visionHeads, int imageSize, Form form) {
    /** The rules of the released CLIPs: QuickGELU and heads of 64. */
    public static final Stated RELEASED = new Stated(Activation.QUICK_GELU, 0, 0);

    /** SigLIP's, as Hugging Face's library has them. */
    private static final Stated SIGLIP =
        new Stated(Activation.GELU_PYTORCH_TANH, 0, 0, 0, new Form(1e-6, 1e-6, false));

    /** The values of a family where no file states others. */
    static Stated assumed(Family family) {
      return switch (family) {
        case CLIP -> RELEASED;
        case SIGLIP -> SIGLIP;
      };
    }

    /** Heads and activation; all else as in the released files. */
    public Stated(Activation activation, int textHeads, int visionHeads) {
      this(activation, textHeads, visionHeads, 0, Form.RELEASED);
    }

    /** The same with another activation, of both encoders. */
    Stated with(Activation other) {
      Form same = new Form(form.textEpsilon(), form.visionEpsilon(), form.causal());
      return new Stated(other, textHeads, visionHeads, imageSize, same);
    }
  }

  /**
   * The configuration that the shapes say.
   *
   * @param shapes of all weights, under their released names
   * @param source named in errors
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
          ("%s: %s width %s does not divide into %s heads; state them in a config.json beside "
                  + "the weights")
              .formatted(source, encoder, width, heads));
    }
    return heads;
  }

  /** Reads sizes off shapes, with errors that name the key. */
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

    /** The number of different numbers that follow a prefix. */
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
     * The side of images that fill a table of positions.
     *
     * @param more rows of the table that are no position of an image
     * @param unit pixels of a position
     * @param stated the side, which need not be a multiple of the unit, or 0
     */
    int side(String key, int more, int unit, int stated) {
      int grid = grid(key, more);
      if (stated > 0 && stated / unit != grid) {
        throw KgCoopException.weights(
            ("%s: its configuration states images of %s pixels, which make %s positions of %s a"
                    + " side; '%s' has %s")
                .formatted(source, stated, stated / unit, unit, key, grid));
      }
      return stated > 0 ? stated : unit * grid;
    }

    /** The side of the square that a table of positions makes. */
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
