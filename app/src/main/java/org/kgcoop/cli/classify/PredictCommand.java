package org.kgcoop.cli.classify;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.TagFile;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.console.Output.Format;
import org.kgcoop.cli.embed.ImageFeatures;
import org.kgcoop.cli.options.ClassList;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.FeatureCacheOptions;
import org.kgcoop.cli.options.PhotoWarning;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ImageFiles;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.image.ImageNames;
import org.kgcoop.image.Images;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.tags.LearnedTag;
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
    header = "Classify images with a trained classifier, or zero-shot among class names.",
    description = {
      "Classify images with a trained classifier of any method. Without a CLASSIFIER, classify them"
          + " zero-shot, among the names of --classes. The output has one line per class: image,"
          + " class and probability. kgcoop rotates images by their EXIF orientation.",
      "If the classifier has a threshold and the most probable class is below it, the line ends"
          + " with 'below the threshold'. The image may show none of the classes.",
      "If an image cannot be read, kgcoop prints an error, classifies the other images, and ends"
          + " with exit code 3. With --out or --sort-into, it stops and writes nothing. --skip-bad"
          + " skips such images and ends with exit code 6.",
      "The features of more than 32 images are stored in the feature cache, so a second call is"
          + " fast. Run the command again to resume."
    },
    footer = {
      "  ./kgcoop predict holiday.jpg --classes beach,mountain,city --top 3 \\",
      "      --clip ViT-B/32-256",
      "  ./kgcoop predict runs/pets holiday.jpg photos/",
      "  ./kgcoop predict runs/pets photos/ --format csv --out pets.csv --skip-bad",
      "  ./kgcoop predict runs/pets photos/ --format parquet --out pets.parquet",
      "  ./kgcoop predict runs/pets photos/ --threshold 0.5 --sort-into sorted \\",
      "      --sort-by link",
      "  ./kgcoop predict runs/pets photos/ --keywords"
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

  @Mixin private Predictions predictions = new Predictions();
  @Mixin private ClassList classes = new ClassList();

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Set the hand-crafted prompt, with {} for the class name. Zero-shot, several make an"
              + " ensemble (default: \"a photo of a {}.\", or \"an icon of a {}.\" with the"
              + " embedded CLIP). A classifier takes it with --data-set (default: the published"
              + " prompt).")
  private List<String> templates = new ArrayList<>();

  @Mixin private RequestedData requested = new RequestedData();
  @Mixin private FeatureCacheOptions cache = new FeatureCacheOptions();
  @Mixin private ClipOptions clipOptions = new ClipOptions();

  @Mixin
  private Output output =
      new Output(Format.TEXT, Format.CSV, Format.JSON, Format.JSONL, Format.PARQUET);

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Path first = paths.get(0);
    boolean isClassifier = isClassifier(first);
    if (isClassifier && paths.size() == 1) {
      throw KgCoopException.configuration(
          "no images: expected CLASSIFIER IMAGE..., or IMAGE... with --classes cat,dog");
    }
    if (isClassifier && TagFile.is(first)) {
      return tags(first, ImageFiles.all(paths.subList(1, paths.size())));
    }
    if (isClassifier && templates.size() > 1) {
      throw KgCoopException.configuration("several --template go without a CLASSIFIER");
    }
    List<String> texts = clipOptions.templates(templates);
    String template = templates.isEmpty() ? null : templates.get(0);
    ClassifierFile file = requested.read(isClassifier ? first : null, classes, template, output);
    List<Path> files = ImageFiles.all(file == null ? paths : paths.subList(1, paths.size()));
    List<String> names = classes.namesFor(file);
    if (file == null) {
      predictions.check(names, "a zero-shot classifier", null);
    } else {
      predictions.check(names, first.toString(), file.withClassNames(names).calibration());
    }
    try (Clip clip = clipOptions.load(first, file == null ? null : file.clip());
        Classifier classifier =
            file == null
                ? Classifier.zeroShot(clip, names, texts.toArray(String[]::new))
                : Classifier.of(file, clip, names)) {
      PhotoWarning.check(clipOptions, clip, files, output);
      String fingerprint = file == null ? null : file.fingerprint();
      // The image encoder of the classifier: that of CLIP, or its own trained one.
      ViewEncoder frozen = new ViewEncoder(clip, new Images(output::warn));
      ViewEncoder encoder =
          classifier.hasOwnEncoder()
              ? frozen.by(classifier::features, fingerprint + "\n" + classifier.classNames())
              : frozen;
      return predictions.print(classifier, fingerprint, clip, features(encoder, files), files);
    }
  }

  private int tags(Path path, List<Path> files) {
    TagFile file = TagFile.read(path);
    predictions.checkTags(file.tags().stream().map(LearnedTag::name).toList());
    try (Clip clip = clipOptions.load(path, file.clip());
        Classifier classifier = Classifier.load(path, clip)) {
      PhotoWarning.check(clipOptions, clip, files, output);
      ViewEncoder encoder = new ViewEncoder(clip, new Images(output::warn));
      return predictions.printTags(classifier, file, clip, features(encoder, files), files);
    }
  }

  private ImageFeatures features(ViewEncoder encoder, List<Path> files) {
    FeatureCache known =
        cache.isFor(files) ? cache.open(encoder, output) : FeatureCache.none(encoder);
    return new ImageFeatures(known, false, output, Invocation.of(spec));
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
}
