package org.kgcoop.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.VocabularyTraining;
import org.kgcoop.data.Images;
import org.kgcoop.pretrain.Corpus;
import org.kgcoop.pretrain.Pretraining;
import org.kgcoop.pretrain.PretrainingSettings;
import org.kgcoop.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Makes a CLIP. */
@Command(
    name = "pretrain",
    mixinStandardHelpOptions = true,
    header = "Pre-train a CLIP from pictures and captions.",
    description = {
      "",
      "Pre-train a small CLIP from drawings and captions. Run again on the same folder, it goes on"
          + " where it was stopped.",
      "",
      "--data is a folder with manifest.jsonl (or such a file), a JSON object a line:",
      "  {\"picture\": \"png/1.png\", \"captions\": [\"cat\", \"kitten\"], \"concept\": \"cat\",",
      "   \"style\": [\"outline\"], \"domain\": [\"animal\"], \"tint\": true, \"flip\": true}",
      "picture and captions must be there. tint: dark ink on white, which may take colours."
          + " flip false: its mirror image shows something else.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop pretrain --data icons --validation icons/validation.jsonl --minutes 60 --out my",
      "  ./kgcoop zero-shot cat.png --classes cat,dog --template \"an icon of a {}.\" --clip my"
    })
final class PretrainCommand implements Callable<Integer> {
  @ParentCommand private Main main;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "The corpus: a manifest.jsonl or the folder with it.")
  private Path data;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "The model's folder.")
  private Path out;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Train for so many steps: equal seeds give equal bytes.")
  private long steps;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description =
          "Or for so many minutes: the learning rate then follows the clock (default: 60).")
  private double minutes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the start, the draw and the looks (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--start",
      paramLabel = "DIR",
      description = "Go on from the weights of such a folder, rather than from random ones.")
  private @Nullable Path start;

  // ---- the model

  @Option(
      names = "--vision",
      paramLabel = "KIND",
      defaultValue = "rn",
      description = "Image tower: rn (ModifiedResNet) or vit (default: ${DEFAULT-VALUE}).")
  private String vision;

  @Option(
      names = "--width",
      paramLabel = "N",
      defaultValue = "24",
      description =
          "Its width: an even number for rn, a multiple of 64 for vit (default:"
              + " ${DEFAULT-VALUE}).")
  private int width;

  @Option(
      names = "--layers",
      paramLabel = "LIST",
      defaultValue = "1,1,1,1",
      description =
          "Blocks of the four stages of rn, or one number for vit (default: ${DEFAULT-VALUE}).")
  private String layers;

  @Option(
      names = "--patch",
      paramLabel = "N",
      defaultValue = "8",
      description = "Side of the patches of vit in pixels (default: ${DEFAULT-VALUE}).")
  private int patch;

  @Option(
      names = "--resolution",
      paramLabel = "N",
      defaultValue = "64",
      description = "Side of the pictures in pixels (default: ${DEFAULT-VALUE}).")
  private int resolution;

  @Option(
      names = "--channels",
      paramLabel = "N",
      defaultValue = "3",
      description = "3 for colour, 1 for grey (default: ${DEFAULT-VALUE}).")
  private int channels;

  @Option(
      names = "--embed-dim",
      paramLabel = "N",
      defaultValue = "256",
      description = "Width of the joint space (default: ${DEFAULT-VALUE}).")
  private int embedDim;

  @Option(
      names = "--text-width",
      paramLabel = "N",
      defaultValue = "256",
      description = "Width of the text tower, a multiple of 64 (default: ${DEFAULT-VALUE}).")
  private int textWidth;

  @Option(
      names = "--text-layers",
      paramLabel = "N",
      defaultValue = "6",
      description = "Its blocks (default: ${DEFAULT-VALUE}).")
  private int textLayers;

  @Option(
      names = "--text-length",
      paramLabel = "N",
      defaultValue = "32",
      description = "Tokens that it reads, its two marks among them (default: ${DEFAULT-VALUE}).")
  private int textLength;

  @Option(
      names = "--merges",
      paramLabel = "N",
      defaultValue = "1800",
      description = "Byte-pair merges, learned from the captions (default: ${DEFAULT-VALUE}).")
  private int merges;

  // ---- how it is trained

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "256",
      description = "Pictures a step, of different concepts (default: ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--pairs",
      paramLabel = "X",
      defaultValue = "0.2",
      description =
          "Part of a batch that are drawings which stand in it twice, in two looks that only the"
              + " words tell apart (default: ${DEFAULT-VALUE}).")
  private double pairs;

  @Option(
      names = "--ordinary",
      paramLabel = "X",
      defaultValue = "0.55",
      description =
          "Part of the others that stay black on white; the rest is coloured, turned, blurred ..."
              + " (default: ${DEFAULT-VALUE}).")
  private double ordinary;

  @Option(
      names = "--lr",
      paramLabel = "RATE",
      defaultValue = "0.002",
      description = "Highest learning rate (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(
      names = "--warmup",
      paramLabel = "N",
      defaultValue = "200",
      description = "Steps in which the rate rises to it (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "0.1",
      description = "Of matrices (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--clip-norm",
      paramLabel = "X",
      defaultValue = "1",
      description = "Longer gradients are cut to this length (default: ${DEFAULT-VALUE}).")
  private double maxNorm;

  @Option(
      names = "--scale",
      paramLabel = "X",
      defaultValue = "10",
      description = "Logit scale at the start (default: ${DEFAULT-VALUE}).")
  private double scale;

  @Option(
      names = "--least-scale",
      paramLabel = "X",
      defaultValue = "1",
      description = "It does not fall below (default: ${DEFAULT-VALUE}).")
  private double leastScale;

  @Option(
      names = "--most-scale",
      paramLabel = "X",
      defaultValue = "100",
      description = "It does not rise above (default: ${DEFAULT-VALUE}).")
  private double mostScale;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "bf16",
      description = "bf16 or float32, of matrix products (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads, each with its part of every batch (default: ${DEFAULT-VALUE}).")
  private int workers;

  // ---- beside it

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description =
          "Pictures for the zero-shot check, a .jsonl like the corpus (default: validation.jsonl"
              + " beside it, where there is one).")
  private @Nullable Path validation;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      defaultValue = "an icon of a {}.",
      description = "Of the zero-shot check (default: \"${DEFAULT-VALUE}\").")
  private String template;

  @Option(
      names = "--check-every",
      paramLabel = "N",
      defaultValue = "500",
      description = "Steps between zero-shot checks (default: ${DEFAULT-VALUE}).")
  private int checkEvery;

  @Option(
      names = "--check-pictures",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Pictures of such a check, at most (default: ${DEFAULT-VALUE}).")
  private int checkPictures;

  @Option(
      names = "--checkpoint-minutes",
      paramLabel = "N",
      defaultValue = "4",
      description = "Minutes between checkpoints (default: ${DEFAULT-VALUE}).")
  private double checkpointMinutes;

  @Option(
      names = "--stored",
      paramLabel = "TYPE",
      defaultValue = "float16",
      description = "float16 or float32, of the final file (default: ${DEFAULT-VALUE}).")
  private String stored;

  @Mixin private Output output = new Output();

  @SuppressWarnings("NullAway.Init") // picocli sets options and parent
  PretrainCommand() {}

  @Override
  public Integer call() {
    PretrainingSettings settings = settings();
    Pretraining.Extent extent =
        new Pretraining.Extent(
            merges,
            template,
            checkEvery,
            checkPictures,
            60 * checkpointMinutes,
            start,
            type("--stored", stored));
    Images images = new Images(output::warn);
    output.info("reading the corpus");
    Corpus corpus = Corpus.read(data, resolution, images);
    Path checked = validationFile();
    Corpus held = checked == null ? null : Corpus.read(checked, resolution, images);
    output.info(
        "%d pictures of %d concepts".formatted(corpus.size(), corpus.concepts().size())
            + (held == null
                ? ""
                : "; check on up to %d of %d pictures of %d concepts"
                    .formatted(checkPictures, held.size(), held.concepts().size())));
    try (PretrainingProgress progress = new PretrainingProgress(output)) {
      ObjectNode results =
          new Pretraining(corpus, held, settings, extent, progress, output::warn, main::interrupted)
              .run(out);
      report(results);
    }
    return 0;
  }

  private void report(ObjectNode results) {
    if (output.isJson()) {
      output.json(results);
      return;
    }
    output.line(
        String.format(
            Locale.ROOT,
            "%d steps, %d pictures, %.0f s, logit scale %.1f",
            results.path("steps").asLong(),
            results.path("pictures_seen").asLong(),
            results.path("seconds").asDouble(),
            results.path("logit_scale").asDouble()));
    if (results.has("zero_shot_accuracy")) {
      output.line(
          String.format(
              Locale.ROOT,
              "zero-shot %.2f %% on the validation pictures",
              results.path("zero_shot_accuracy").asDouble()));
    }
    output.line("model: " + out);
  }

  private @Nullable Path validationFile() {
    if (validation != null) {
      return validation;
    }
    Path beside =
        Files.isDirectory(data)
            ? data.resolve("validation.jsonl")
            : data.resolveSibling("validation.jsonl");
    return Files.exists(beside) ? beside : null;
  }

  private PretrainingSettings settings() {
    if (steps != 0 && minutes != 0) {
      throw KgCoopException.configuration("--steps and --minutes: expected one of the two");
    }
    return new PretrainingSettings(
        model(),
        new PretrainingSettings.Length(steps, steps == 0 && minutes == 0 ? 60 : minutes),
        batchSize,
        pairs,
        ordinary,
        rate,
        warmup,
        weightDecay,
        maxNorm,
        new PretrainingSettings.Scale(scale, leastScale, mostScale),
        seed,
        type("--precision", precision),
        workers);
  }

  private ClipConfig model() {
    List<Integer> blocks = new ArrayList<>();
    Parse.listWithRepeats("--layers", layers).forEach(n -> blocks.add(positive("--layers", n)));
    require(channels == 1 || channels == 3, "--channels", channels, "1 or 3");
    require(embedDim >= 1, "--embed-dim", embedDim, "at least 1");
    require(textLength >= 32 && textLength <= 512, "--text-length", textLength, "32 to 512");
    require(textLayers >= 1, "--text-layers", textLayers, "at least 1");
    require(textWidth > 0 && heads(textWidth), "--text-width", textWidth, "a multiple of 64");
    ClipConfig.Vision tower =
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
        tower);
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
          KgCoopException.Category.CONFIGURATION,
          option + " " + text + ": expected whole numbers",
          e);
    }
  }

  private static DType type(String option, String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "float32", "fp32" -> DType.FLOAT32;
      case "float16", "fp16" -> DType.FLOAT16;
      case "bf16", "bfloat16" -> DType.BFLOAT16;
      default ->
          throw KgCoopException.configuration(
              option + " " + name + ": expected float32, float16 or bf16");
    };
  }
}
