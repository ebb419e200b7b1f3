package org.kgcoop.cli.classify;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.ImageFiles;
import org.kgcoop.data.Templates;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;
import org.kgcoop.io.WeightFiles;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command {@code predict}, which classifies images with a trained classifier or by class names.
 */
@Command(
    name = "predict",
    mixinStandardHelpOptions = true,
    header = "Classify images with a trained classifier, or zero-shot among class names.",
    description = {
      "",
      "Classify images with a trained classifier of any method. Without a CLASSIFIER, classify them"
          + " zero-shot, among the names of --classes. The output has one line per class: image,"
          + " class and probability. kgcoop rotates images by their EXIF orientation.",
      "",
      "If the classifier has a threshold and the most probable class is below it, the line ends with"
          + " '"
          + AnswerForm.BELOW
          + "'. The image may show none of the classes.",
      "",
      "If an image cannot be read, kgcoop prints an error, classifies the other images, and ends"
          + " with exit code 3. With --out or --sort-into, it stops and writes nothing. --skip-bad"
          + " skips such images and ends with exit code 6.",
      "",
      "The features of more than 32 images are stored in the feature cache, so a second call is"
          + " fast. Run the command again to resume.",
      ""
    },
    footer = {
      "",
      "Examples:",
      "  ./kgcoop predict holiday.jpg --classes beach,mountain,city --top 3 \\",
      "      --clip ViT-B/32-256",
      "  ./kgcoop predict runs/pets holiday.jpg photos/ --clip ViT-B/16",
      "  ./kgcoop predict runs/pets photos/ --format csv --out pets.csv --skip-bad \\",
      "      --clip ViT-B/16",
      "  ./kgcoop predict runs/pets photos/ --format parquet --out pets.parquet \\",
      "      --clip ViT-B/16",
      "  ./kgcoop predict runs/pets photos/ --threshold 0.5 --sort-into sorted \\",
      "      --sort-by link --clip ViT-B/16",
      "  ./kgcoop predict runs/pets photos/ --keywords --clip ViT-B/16"
    })
public final class PredictCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "[CLASSIFIER] IMAGE...",
      hideParamSyntax = true,
      description =
          "A run folder, its classifier.safetensors, or a published model.pth.tar-N (with"
              + " --classes). After it, images or folders of images.")
  private List<Path> paths = new ArrayList<>();

  @Mixin private PredictionOptions predictions = new PredictionOptions();
  @Mixin private ClassList classes = new ClassList();

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Set the hand-crafted prompt, with {} for the class name. Zero-shot, several make an"
              + " ensemble (default: \""
              + Templates.DEFAULT
              + "\", or \""
              + EmbeddedClip.TEMPLATE
              + "\" with the embedded CLIP). A classifier takes it with --data-set (default: the"
              + " published prompt).")
  private List<String> templates = new ArrayList<>();

  @Mixin private RequestedData requested = new RequestedData();
  @Mixin private ClassifierInput form = new ClassifierInput();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private ClipOptions clipOptions = new ClipOptions();

  @Mixin
  private Output output =
      new Output(
          Output.Format.TEXT,
          Output.Format.CSV,
          Output.Format.JSON,
          Output.Format.JSONL,
          Output.Format.PARQUET);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    return isClassifier(paths.get(0))
        ? withClassifier(paths.get(0), paths.subList(1, paths.size()))
        : zeroShot();
  }

  /**
   * Returns true if the first path is a classifier. Without class names it must be one. With class
   * names, its content decides.
   */
  private boolean isClassifier(Path first) {
    boolean image = ImageNames.isImage(String.valueOf(first.getFileName()));
    if (classes.isGiven()) {
      return Files.isDirectory(first)
          ? ClassifierFile.isIn(first) || WeightFiles.isModelFolder(first)
          : Files.exists(first) && !image;
    }
    if (image) {
      throw KgCoopException.configuration(
          first
              + ": an image, where a classifier is expected; for zero-shot classification give"
              + " class names, such as --classes cat,dog");
    }
    return true;
  }

  private int withClassifier(Path learned, List<Path> images) {
    if (images.isEmpty()) {
      throw KgCoopException.configuration(
          "no images: expected CLASSIFIER IMAGE..., or IMAGE... with --classes cat,dog");
    }
    if (templates.size() > 1) {
      throw KgCoopException.configuration("several --template go without a CLASSIFIER");
    }
    String template = templates.isEmpty() ? null : templates.get(0);
    ClassifierFile file =
        requested.of(
            form.read(learned, classes.asWritten(), requested.task(template), output), template);
    List<Path> files = ImageFiles.all(images);
    List<String> names = classes.namesFor(file);
    predictions.check(output, names);
    PredictionOptions.Threshold threshold =
        predictions.threshold(learned.toString(), file.withClassNames(names).calibration());
    try (Clip clip = clipOptions.load(learned, file);
        Classifier classifier = Classifier.of(file, clip, names)) {
      return predict(classifier, new ClassifierSource(file, clip), threshold, files);
    }
  }

  private int zeroShot() {
    requested.checkUnused();
    form.checkUnused();
    List<String> names = classes.names();
    List<String> texts = templates.isEmpty() ? List.of(clipOptions.template()) : templates;
    List<Path> files = ImageFiles.all(paths);
    predictions.check(output, names);
    PredictionOptions.Threshold threshold = predictions.threshold("a zero-shot classifier", null);
    try (Clip clip = clipOptions.load();
        Classifier classifier = Classifier.zeroShot(clip, names, texts.toArray(String[]::new))) {
      return predict(classifier, new ClassifierSource(null, clip), threshold, files);
    }
  }

  private int predict(
      Classifier classifier,
      ClassifierSource source,
      PredictionOptions.Threshold threshold,
      List<Path> files) {
    PhotoWarning.check(clipOptions, source.clip(), files, output);
    BooleanSupplier interrupted = Invocation.of(spec)::interrupted;
    ViewEncoder encoder = encoder(classifier, source);
    ImageFeatures features =
        cache.isFor(files)
            ? ImageFeatures.cached(cache.open(encoder, output), false, interrupted)
            : ImageFeatures.computed(encoder, interrupted);
    return new PredictionWriter(classifier, source, features, predictions, threshold, output)
        .print(files);
  }

  /** Returns the image encoder of the classifier: that of CLIP, or its own trained one. */
  private ViewEncoder encoder(Classifier classifier, ClassifierSource source) {
    ViewEncoder frozen = new ViewEncoder(source.clip(), new Images(output::warn));
    return classifier.hasOwnEncoder()
        ? frozen.by(classifier::features, source.fingerprint() + "\n" + classifier.classNames())
        : frozen;
  }
}
