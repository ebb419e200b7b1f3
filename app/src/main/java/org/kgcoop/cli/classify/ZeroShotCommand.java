package org.kgcoop.cli.classify;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classify.Classifier;
import org.kgcoop.cli.console.Invocation;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.data.Templates;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies images among class names that are typed. */
@Command(
    name = "zero-shot",
    mixinStandardHelpOptions = true,
    header = "Classify images among any class names, untrained.",
    description = {
      "",
      "Classify images among any class names, without training. Images are turned upright by"
          + " their EXIF orientation.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop zero-shot holiday.jpg --classes beach,mountain,city --top 3 \\",
      "      --clip ViT-B-16.pt"
    })
public final class ZeroShotCommand implements Callable<Integer> {
  @Parameters(arity = "1..*", paramLabel = "IMAGE", description = "Images, or folders of images.")
  private List<Path> images = new ArrayList<>();

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Text with {} for the class name; several times for an ensemble (default: \""
              + Templates.DEFAULT
              + "\", with the embedded CLIP \""
              + EmbeddedClip.TEMPLATE
              + "\").")
  private List<String> templates = new ArrayList<>();

  @Option(
      names = "--ensemble",
      description = "The seven templates of the published ensemble beside those given.")
  private boolean ensemble;

  @Mixin private PredictionOptions predictions = new PredictionOptions();
  @Mixin private ClassList classes = new ClassList();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    List<String> names = classes.names();
    if (names.isEmpty()) {
      throw KgCoopException.configuration("no class names: give them with --classes cat,dog,...");
    }
    List<String> all = new ArrayList<>(ensemble ? Templates.ENSEMBLE : List.of());
    all.addAll(templates.isEmpty() ? List.of(clipOptions.template()) : templates);
    List<Path> files = ImageFiles.expand(images, output::warn);
    predictions.check(output);
    try (Clip clip = clipOptions.load();
        Classifier classifier = Classifier.zeroShot(clip, names, all.toArray(String[]::new))) {
      return new PredictionWriter(classifier, predictions, output, Invocation.of(spec)::interrupted)
          .print(files);
    }
  }
}
