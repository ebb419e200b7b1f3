package org.kgcoop.maker;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** Pretrains a CLIP. */
@Command(
    name = "pretrain",
    mixinStandardHelpOptions = true,
    header = "Pretrain a CLIP on images and captions.",
    description = {
      "",
      "Pretrain a small CLIP on drawings and captions. Run the same command again to resume.",
      "",
      "--data is a folder with manifest.jsonl, or such a file. It contains one JSON object per"
          + " line:",
      "  {\"picture\": \"png/1.png\", \"captions\": [\"cat\", \"kitten\"], \"concept\": \"cat\",",
      "   \"style\": [\"outline\"], \"domain\": [\"animal\"], \"tint\": true, \"flip\": true}",
      "\"picture\" and \"captions\" are required. \"tint\": true means dark ink on white, which may"
          + " get other colors. \"flip\": false means that the mirror image has another meaning.",
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
      description =
          "Training images and captions: a manifest.jsonl, or the folder that contains it.")
  private Path data;

  @Option(
      names = "--out",
      required = true,
      paramLabel = "DIR",
      description = "Folder for the model.")
  private Path out;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description = "Number of training steps. The same seed then gives byte-identical files.")
  private long steps;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      description =
          "Training time in minutes. The learning rate follows the clock. Cannot be combined with"
              + " --steps (default: 60).")
  private double minutes;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Seed of the initial weights, the batches and the augmentation (default:"
              + " ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--start",
      paramLabel = "DIR",
      description =
          "Folder of a model of this command whose weights and vocabulary are the start (default:"
              + " random weights).")
  private @Nullable Path start;

  @Mixin private ModelOptions model = new ModelOptions();

  // ---- Training

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "Images per step. All have different concepts, except --pairs (default:"
              + " ${DEFAULT-VALUE}).")
  private int batchSize;

  @Option(
      names = "--pairs",
      paramLabel = "X",
      defaultValue = "0.2",
      description =
          "Fraction of a batch for drawings that occur twice. The two images differ only in their"
              + " augmentation, which their captions describe (default: ${DEFAULT-VALUE}).")
  private double pairs;

  @Option(
      names = "--ordinary",
      paramLabel = "X",
      defaultValue = "0.55",
      description =
          "Fraction of the other images that stay black on white. The rest is colored, rotated,"
              + " blurred or changed in another way (default: ${DEFAULT-VALUE}).")
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
      description = "Number of warm-up steps (default: ${DEFAULT-VALUE}).")
  private int warmup;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "0.1",
      description =
          "Weight decay of matrices. Other parameters have none (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--clip-norm",
      paramLabel = "X",
      defaultValue = "1",
      description = "Maximum norm of the gradient (default: ${DEFAULT-VALUE}).")
  private double maxNorm;

  @Option(
      names = "--scale",
      paramLabel = "X",
      defaultValue = "10",
      description = "Initial logit scale (default: ${DEFAULT-VALUE}).")
  private double scale;

  @Option(
      names = "--least-scale",
      paramLabel = "X",
      defaultValue = "1",
      description = "Minimum of the logit scale (default: ${DEFAULT-VALUE}).")
  private double leastScale;

  @Option(
      names = "--most-scale",
      paramLabel = "X",
      defaultValue = "100",
      description = "Maximum of the logit scale (default: ${DEFAULT-VALUE}).")
  private double mostScale;

  @Option(
      names = "--precision",
      paramLabel = "TYPE",
      defaultValue = "float32",
      description = "Precision of matrix products: float32 or bf16 (default: ${DEFAULT-VALUE}).")
  private String precision;

  @Option(
      names = "--workers",
      paramLabel = "N",
      defaultValue = "2",
      description =
          "Number of threads. Each one processes a part of every batch (default:"
              + " ${DEFAULT-VALUE}).")
  private int workers;

  // ---- Teacher

  @Option(
      names = "--teacher",
      paramLabel = "DIR",
      description = {
        "Folder of a model of this command that also trains the new one. The loss adds the contrast"
            + " with the teacher's features, the distance to them, and hints from the teacher's"
            + " ResNet. The student must be a vit, gets the vocabulary of the teacher and requires"
            + " --steps. Muon updates its block matrices, its learning rate is constant and then"
            + " falls linearly, and the result is an average of weights."
      })
  private @Nullable Path teacher;

  @Option(
      names = "--teacher-weight",
      paramLabel = "X",
      defaultValue = "8",
      description =
          "Weight of the distances to the teacher's features (default: ${DEFAULT-VALUE}).")
  private double teacherWeight;

  @Option(
      names = "--hint-weight",
      paramLabel = "X",
      defaultValue = "2",
      description =
          "Weight of the hints, the distances to feature maps inside the teacher (default:"
              + " ${DEFAULT-VALUE}).")
  private double hintWeight;

  @Option(
      names = "--hint-steps",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "Number of steps with hints, from the first step (default: all).")
  private long hintSteps;

  @Option(
      names = "--seen-patches",
      paramLabel = "N",
      description = "Number of random patches of an image that the student gets (default: all).")
  private int seenPatches;

  @Option(
      names = "--whole-steps",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Number of last steps in which the student gets all patches (default: ${DEFAULT-VALUE}).")
  private long wholeSteps;

  @Option(
      names = "--cooldown",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Number of last steps in which the learning rate of a student falls linearly to 0"
              + " (default: ${DEFAULT-VALUE}).")
  private long cooldown;

  @Option(
      names = "--mean",
      paramLabel = "X",
      defaultValue = "0.995",
      description =
          "Factor of the previous average of weights in each step (default: ${DEFAULT-VALUE}).")
  private double mean;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description =
          "Checkpoint of a run with a teacher and more --steps. This run continues from it and ends"
              + " earlier.")
  private @Nullable Path from;

  // ---- Checks and files

  @Option(
      names = "--validation",
      paramLabel = "FILE",
      description =
          "Images of the zero-shot check: a .jsonl file like that of --data (default:"
              + " validation.jsonl next to it, if the file exists).")
  private @Nullable Path validation;

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      defaultValue = "an icon of a {}.",
      description = "Template of the zero-shot check (default: \"${DEFAULT-VALUE}\").")
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
      description = "Maximum number of images of a zero-shot check (default: ${DEFAULT-VALUE}).")
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
      description = "Precision of the final file: float16 or float32 (default: ${DEFAULT-VALUE}).")
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
                : "; zero-shot checks use up to %s of %s images of %s concepts"
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
    output.json(results);
    output.printf(
        "%d steps, %d images, %.0f s, logit scale %.1f",
        results.path("steps").asLong(),
        results.path("images_seen").asLong(),
        results.path("seconds").asDouble(),
        results.path("logit_scale").asDouble());
    if (results.has("zero_shot_accuracy")) {
      output.printf(
          "zero-shot %.2f %% on the validation images",
          results.path("zero_shot_accuracy").asDouble());
    }
    output.print("model: " + out);
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
