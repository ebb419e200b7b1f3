package org.kgcoop.maker;

import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.pretrain.VocabularyTraining;
import picocli.CommandLine.Option;

/** The sizes of a new CLIP. */
final class ModelOptions {
  @Option(
      names = "--vision",
      paramLabel = "KIND",
      defaultValue = "rn",
      description = "Image encoder: rn (ModifiedResNet) or vit (default: ${DEFAULT-VALUE}).")
  private String vision;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Width of the image encoder: an even number for rn, a multiple of 64 for vit (default:"
              + " ${DEFAULT-VALUE}).")
  private int width;

  @Option(
      names = "--layers",
      paramLabel = "LIST",
      defaultValue = "1,1,1,1",
      description =
          "Blocks of the image encoder: four numbers for the stages of rn, or one number for vit"
              + " (default: ${DEFAULT-VALUE}).")
  private String layers;

  @Option(
      names = "--patch",
      paramLabel = "N",
      defaultValue = "8",
      description = "Side of a patch of vit, in pixels (default: ${DEFAULT-VALUE}).")
  private int patch;

  @Option(
      names = "--resolution",
      paramLabel = "N",
      defaultValue = "64",
      description = "Side of an image, in pixels (default: ${DEFAULT-VALUE}).")
  private int resolution;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "3",
      description = "Channels of an image: 3 for color, 1 for gray (default: ${DEFAULT-VALUE}).")
  private int channels;

  @Option(
      names = "--embed-dim",
      paramLabel = "N",
      defaultValue = "256",
      description = "Number of values of an image or text feature (default: ${DEFAULT-VALUE}).")
  private int embedDim;

  @Option(
      names = "--text-width",
      paramLabel = "N",
      defaultValue = "256",
      description = "Width of the text encoder, a multiple of 64 (default: ${DEFAULT-VALUE}).")
  private int textWidth;

  @Option(
      names = "--text-layers",
      paramLabel = "N",
      defaultValue = "6",
      description = "Blocks of the text encoder (default: ${DEFAULT-VALUE}).")
  private int textLayers;

  @Option(
      names = "--text-length",
      paramLabel = "N",
      defaultValue = "32",
      description =
          "Context length in tokens, with the start and the end of text (default:"
              + " ${DEFAULT-VALUE}).")
  private int textLength;

  @Option(
      names = "--merges",
      paramLabel = "N",
      defaultValue = "1800",
      description =
          "Maximum number of byte-pair merges, learned from the captions (default:"
              + " ${DEFAULT-VALUE}).")
  private int merges;

  @SuppressWarnings("NullAway.Init") // picocli sets options
  ModelOptions() {}

  /** Returns the maximum number of byte-pair merges of the vocabulary. */
  int merges() {
    return merges;
  }

  /** Returns the side of an image, in pixels. */
  int resolution() {
    return resolution;
  }

  /** Returns the number of patches of an image in a ViT. */
  int patches() {
    int side = patch > 0 ? resolution / patch : 1;
    return side * side;
  }

  /**
   * Returns the configuration of the model.
   *
   * @throws KgCoopException if a size is not possible
   */
  ClipConfig config() {
    List<Integer> blocks = new ArrayList<>();
    for (String number : layers.split(",", -1)) {
      blocks.add(positive("--layers", number.strip()));
    }
    require(channels == 1 || channels == 3, "--channels", channels, "1 or 3");
    require(embedDim >= 1, "--embed-dim", embedDim, "at least 1");
    require(textLength >= 32 && textLength <= 512, "--text-length", textLength, "32 to 512");
    require(textLayers >= 1, "--text-layers", textLayers, "at least 1");
    require(textWidth > 0 && heads(textWidth), "--text-width", textWidth, "a multiple of 64");
    ClipConfig.Vision encoder =
        switch (vision) {
          case "rn" -> {
            require(width > 1 && width % 2 == 0, "--width", width, "an even number");
            require(blocks.size() == 4, "--layers", layers, "four numbers, such as 1,1,1,1");
            require(
                resolution > 0 && resolution % 32 == 0,
                "--resolution",
                resolution,
                "a multiple of 32");
            yield new ClipConfig.ResNet(width, blocks, width / 2);
          }
          case "vit" -> {
            require(width > 0 && heads(width), "--width", width, "a multiple of 64");
            require(blocks.size() == 1, "--layers", layers, "one number for vit");
            require(
                patch > 0 && resolution > 0 && resolution % patch == 0,
                "--resolution",
                resolution,
                "a multiple of --patch");
            yield new ClipConfig.Vit(width, blocks.get(0), patch, width / 64);
          }
          default ->
              throw KgCoopException.configuration("--vision " + vision + ": expected rn or vit");
        };
    return new ClipConfig(
        embedDim,
        resolution,
        channels,
        textLength,
        VocabularyTraining.WITHOUT_MERGES + merges,
        textWidth,
        textWidth / 64,
        textLayers,
        Activation.QUICK_GELU,
        encoder);
  }

  private static boolean heads(int width) {
    return width % 64 == 0;
  }

  private static void require(boolean valid, String option, Object value, String expected) {
    if (!valid) {
      throw KgCoopException.configuration(option + " " + value + ": expected " + expected);
    }
  }

  private static int positive(String option, String text) {
    try {
      int number = Integer.parseInt(text);
      require(number >= 1, option, text, "numbers of at least 1");
      return number;
    } catch (NumberFormatException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION, option + " " + text + ": expected integers", e);
    }
  }
}
