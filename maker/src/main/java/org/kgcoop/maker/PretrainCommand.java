package org.kgcoop.maker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.console.Output;
import org.kgcoop.image.Images;
import org.kgcoop.pretrain.Corpus;
import org.kgcoop.pretrain.Distillation;
import org.kgcoop.pretrain.Pretraining;
import org.kgcoop.pretrain.PretrainingSettings;
import org.kgcoop.tensor.Arithmetic;
import org.kgcoop.tensor.DType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** Makes a CLIP. */
@Command(
    name = "pretrain",
    mixinStandardHelpOptions = true,
    header = "Pre-train a CLIP from images and captions.",
    description = {
      "",
      "Pre-train a small CLIP from drawings and captions. Run again on the same folder, it goes on"
          + " where it was stopped.",
      "",
      "--data is a folder with manifest.jsonl (or such a file), a JSON object a line:",
      "  {\"picture\": \"png/1.png\", \"captions\": [\"cat\", \"kitten\"], \"concept\": \"cat\",",
      "   \"style\": [\"outline\"], \"domain\": [\"animal\"], \"tint\": true, \"flip\": true}",
      "image and captions must be there. tint: dark ink on white, which may take colors."
          + " flip false: its mirror image shows something else.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop pretrain --data icons --validation icons/validation.jsonl \\",
      "      --minutes 60 --out my",
      "  ./kgcoop predict cat.png --classes cat,dog \\",
      "      --template \"an icon of a {}.\" --clip my"
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

  @Mixin private ModelOptions model = new ModelOptions();

  // ---- how it is trained

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "256",
      description = "Images a step, of different concepts (default: ${DEFAULT-VALUE}).")
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
          "Part of the others that stay black on white; the rest is colored, turned, blurred ..."
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
      defaultValue = "float32",
      description = "float32 or bf16, of matrix products (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description = "Threads, each with its part of every batch (default: ${DEFAULT-VALUE}).")
  private int workers;

  // ---- a teacher

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = {
        "Learn from this CLIP too, a folder of this command: the contrast of features with its own,"
            + " their distance to it, and hints from inside of its ResNet. The student is a vit"
            + " with the vocabulary of the teacher and trains by --steps: block matrices by Muon,"
            + " a constant rate with a linear fall, in the end a mean of weights."
      })
  private @Nullable Path teacher;

  @Option(
      names = "--teacher-weight",
      paramLabel = "X",
      defaultValue = "8",
      description = "Of the distances to its features (default: ${DEFAULT-VALUE}).")
  private double teacherWeight;

  @Option(
      names = "--hint-weight",
      paramLabel = "X",
      defaultValue = "2",
      description = "Of the distances to maps inside of it (default: ${DEFAULT-VALUE}).")
  private double hintWeight;

  @Option(
      names = "--hint-steps",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "The first N steps have hints (default: all).")
  private long hintSteps;

  @Option(
      names = "--seen-patches",
      paramLabel = "N",
      description = "Patches of an image that the student sees, drawn at random (default: all).")
  private int seenPatches;

  @Option(
      names = "--whole-steps",
      paramLabel = "N",
      defaultValue = "0",
      description = "It sees all in the last N steps (default: ${DEFAULT-VALUE}).")
  private long wholeSteps;

  @Option(
      names = "--cooldown",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Its learning rate falls to 0 in the last N steps, in a line (default: ${DEFAULT-VALUE}).")
  private long cooldown;

  @Option(
      names = "--mean",
      paramLabel = "X",
      defaultValue = "0.995",
      description =
          "The part of the mean of weights that a step leaves (default: ${DEFAULT-VALUE}).")
  private double mean;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description =
          "Begin with a checkpoint of a run of more --steps with a teacher, to end it early: what"
              + " it has made is the beginning of this run.")
  private @Nullable Path from;

  // ---- beside it

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description =
          "Images for the zero-shot check, a .jsonl like the corpus (default: validation.jsonl"
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
      names = "--check-images",
      paramLabel = "N",
      defaultValue = "2000",
      description = "Images of such a check, at most (default: ${DEFAULT-VALUE}).")
  private int checkImages;

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
            model.merges(),
            template,
            checkEvery,
            checkImages,
            60 * checkpointMinutes,
            start,
            DType.ofName("--stored", stored, DType.FLOAT16, DType.FLOAT32),
            from);
    Images images = new Images(output::warn);
    Arithmetic.warning(DType.ofName("--precision", precision, DType.FLOAT32, DType.BFLOAT16))
        .ifPresent(output::warn);
    output.info("reading the corpus");
    Corpus corpus = Corpus.read(data, model.resolution(), images);
    Path checked = validationFile();
    Corpus held = checked == null ? null : Corpus.read(checked, model.resolution(), images);
    output.info(
        "%s images of %s concepts".formatted(corpus.size(), corpus.concepts().size())
            + (held == null
                ? ""
                : "; check on up to %s of %s images of %s concepts"
                    .formatted(checkImages, held.size(), held.concepts().size())));
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
            "%d steps, %d images, %.0f s, logit scale %.1f",
            results.path("steps").asLong(),
            results.path("images_seen").asLong(),
            results.path("seconds").asDouble(),
            results.path("logit_scale").asDouble()));
    if (results.has("zero_shot_accuracy")) {
      output.line(
          String.format(
              Locale.ROOT,
              "zero-shot %.2f %% on the validation images",
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
        model.config(),
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
        DType.ofName("--precision", precision, DType.FLOAT32, DType.BFLOAT16),
        workers,
        distillation());
  }

  private @Nullable Distillation distillation() {
    if (teacher == null) {
      return null;
    }
    return new Distillation(
        teacher,
        teacherWeight,
        hintWeight,
        hintSteps,
        seenPatches == 0 ? model.patches() : seenPatches,
        wholeSteps,
        cooldown,
        mean);
  }
}
