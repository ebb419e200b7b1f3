package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.classify.Classifier;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.method.catalogue.ClassifierFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies images with what a run has learned. */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    header = "Classify images with a trained classifier.",
    description = {
      "",
      "Classify images with a trained classifier, of any method. Prints image, class and"
          + " probability, a line a class; a class that shares its name with another has its number"
          + " behind it. Images are turned upright by their EXIF orientation, as those of your own"
          + " are in training and evaluation (the published data sets are read as stored there).",
      "",
      "An image that cannot be read is named; the others are printed, and the exit code is 3, with"
          + " --skip-bad 6. With --out or --sort-into it ends the command before anything is"
          + " written, unless --skip-bad leaves it out.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop predict runs/pets holiday.jpg photos/ --clip ViT-B-16.pt",
      "  ./kgcoop predict runs/pets photos/ --csv --out pets.csv --skip-bad \\",
      "      --clip ViT-B-16.pt",
      "  ./kgcoop predict runs/pets photos/ --threshold 0.5 --sort-into sorted \\",
      "      --sort-by link --clip ViT-B-16.pt"
    })
public final class PredictCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "CLASSIFIER",
      description =
          "A run folder, or classifier.safetensors in it, or a published model.pth.tar-N"
              + " with --classes.")
  private Path learned;

  @Parameters(
      index = "1..*",
      arity = "1..*",
      paramLabel = "IMAGE",
      description = "Images, or folders of images.")
  private List<Path> images = new ArrayList<>();

  @Mixin private PredictionOptions predictions = new PredictionOptions();
  @Mixin private ClassList classes = new ClassList();

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Hand-crafted prompt of that data set, with {} for the class name (default: the published"
              + " one of a data set that ./kgcoop datasets lists, else \""
              + Templates.DEFAULT
              + "\").")
  private @Nullable String template;

  @Mixin private RequestedData asked = new RequestedData();
  @Mixin private ClassifierInput form = new ClassifierInput();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ClassifierFile file =
        asked.of(form.read(learned, classes.asWritten(), asked.task(template), output), template);
    List<Path> files = ImageFiles.expand(images, output::warn);
    predictions.check(output);
    try (Clip clip = clipOptions.load();
        Classifier classifier = Classifier.of(file, clip, classes.namesFor(file))) {
      return new PredictionWriter(classifier, predictions, output, Invocation.of(spec)::interrupted)
          .print(files);
    }
  }
}
