package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Nearest;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClassList;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.OutputFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.eval.Calibration;
import org.kgcoop.export.ExportedClassifier;
import org.kgcoop.export.FeatureFiles;
import org.kgcoop.export.OnnxClassifier;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.ClassTokenPosition;
import org.kgcoop.tensor.Scope;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command {@code export}, which writes a classifier in the formats of other programs. */
@Command(
    name = "export",
    header = "Convert a classifier for other programs.",
    description = {
      "Convert a trained classifier, or a zero-shot classifier of --classes:",
      "  onnx         the complete classifier, from pixels to probabilities;",
      "               class names and preprocessing are in the metadata, and in",
      "               NAME.onnx.json next to it",
      "  safetensors  only the last layer, for features of the image encoder:",
      "               one row per class, or weight and bias, and the logit scale",
      "  csv          the same as text, one line per class: its name, the numbers",
      "               of its row, and the logit scale",
      "  published    a checkpoint that the published PyTorch code of CoOp, ProGrad,",
      "               KgCoOp, CoCoOp or TCP loads: prompt_learner/model.pth.tar-N",
      "               in the folder --out",
      "A file of the first three formats contains fixed classes: the training classes, or those of"
          + " --classes if the method works with other names. CoCoOp has only the published format,"
          + " because its class features depend on the image. Methods that change the image encoder"
          + " have no safetensors and csv format."
    },
    footer = {
      "  ./kgcoop export runs/pets --to onnx",
      "  ./kgcoop export --classes cat,dog --to onnx --out pets.onnx \\",
      "      --clip ViT-B/32-256",
      "  ./kgcoop export runs/pets --to csv --out pets.csv",
      "  ./kgcoop export runs/pets --to published --out published/pets"
    })
public final class ExportCommand implements Callable<Integer> {
  private static final String PUBLISHED = "published";
  private static final String ONNX = "onnx";

  /**
   * The keys of the preprocessing in the description of an ONNX file, in the order of the steps.
   */
  private static final String PREPROCESSING =
      "channels resize size shorter_side patch max_patches interpolation crop mean std";

  private static final List<String> FORMS = List.of(ONNX, "safetensors", "csv", PUBLISHED);

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CLASSIFIER",
      description =
          "A run folder, its classifier.safetensors, or a published model.pth.tar-N with --classes."
              + " Leave it out to export a zero-shot classifier from --classes and --template.")
  private @Nullable Path learned;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "FORM",
      description =
          "Choose the format. Required. The formats are onnx, safetensors, csv and published.")
  private String form;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "PATH",
      description =
          "Set the file, or the folder of the published format. By default, it is next to"
              + " CLASSIFIER, or in the working directory, with the name classifier.onnx,"
              + " classifier.csv or weights.safetensors.")
  private @Nullable Path out;

  @Mixin private OutputFile written = new OutputFile();

  @Option(
      names = "--template",
      paramLabel = "TEXT",
      description =
          "Set the prompt of a zero-shot classifier, with {} for the class name. Repeat it to"
              + " average (default: \"a photo of a {}.\", or \"an icon of a {}.\" if embedded).")
  private List<String> templates = new ArrayList<>();

  @Mixin private ClassList classes = new ClassList();
  @Mixin private RequestedData requested = new RequestedData();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    if (!FORMS.contains(form)) {
      throw KgCoopException.configuration(
          "--to %s%s: expected one of %s"
              .formatted(form, Nearest.hint(form, FORMS), String.join(", ", FORMS)));
    }
    if (form.equals(PUBLISHED)) {
      published();
    } else {
      classifier();
    }
    return 0;
  }

  // ---- published form

  private void published() {
    if (learned == null || !classes.names().isEmpty() || !templates.isEmpty()) {
      throw KgCoopException.configuration(
          "--to " + form + ": expected a CLASSIFIER, and neither --classes nor --template");
    }
    requested.checkUnused();
    Path path = ClassifierFile.at(learned);
    ClassifierFile file = ClassifierFile.read(path);
    ClassTokenPosition position = file.classPosition();
    int number = file.method().trained().orElseThrow().defaults().epochs();
    Path to = file.writePublished(out != null ? out : path.resolveSibling(""), number);
    if (file.calibration() != null) {
      output.warn(
          path
              + ": the published format cannot store the temperature and the threshold of this"
              + " classifier");
    }
    record Written(String file, String classPosition) {}
    output.json(new Written(to.toString(), position.id()));
    output.print("written: " + to);
    if (position != ClassTokenPosition.END) {
      output.info("in the published code, set TRAINER.COOP.CLASS_TOKEN_POSITION " + position.id());
    }
  }

  // ---- formats of other programs

  private void classifier() {
    Path folder = learned == null ? Path.of("") : ClassifierFile.at(learned).resolveSibling("");
    Path file = out != null ? out : folder.resolve(name());
    written.check("--out", file, name());
    if (form.equals(ONNX) && !AtomicFile.isPipeOrDevice(file)) {
      written.check("--out", description(file), name());
    }
    if (learned != null && Folders.real(file).equals(Folders.real(ClassifierFile.at(learned)))) {
      throw KgCoopException.configuration(
          "--out " + file + ": this is the classifier itself; choose another file");
    }
    ClassifierFile trained = requested.read(learned, classes, /* template= */ null, output);
    List<String> names = classes.namesFor(trained);
    if (names.isEmpty()) {
      throw KgCoopException.configuration(
          "nothing to export: give a CLASSIFIER, or class names with --classes cat,dog,...");
    }
    if (trained != null && !templates.isEmpty()) {
      throw KgCoopException.configuration(
          "--template works only without a CLASSIFIER; leave it out, or leave out " + learned);
    }
    List<String> texts = clipOptions.templates(templates);
    try (Clip clip = clipOptions.load(learned, trained == null ? null : trained.clip());
        Head classifier =
            trained == null
                ? new ZeroShot(texts).classifier(clip, names)
                : trained.classifier(clip, names);
        Scope scope = Scope.open("export")) {
      write(file, clip, ExportedClassifier.of(classifier, names, clip, about(trained, names)));
    }
  }

  /** Returns the default name of the output file, which differs from the classifier's own name. */
  private String name() {
    return form.equals("safetensors") ? "weights.safetensors" : "classifier." + form;
  }

  private Map<String, String> about(@Nullable ClassifierFile trained, List<String> names) {
    Map<String, String> about = new LinkedHashMap<>();
    about.put("method", trained == null ? ZeroShot.ID : trained.method().id());
    List<String> texts =
        trained == null ? clipOptions.templates(templates) : List.of(trained.template());
    about.put("templates", ExportedClassifier.jsonList(texts));
    Calibration calibration = trained == null ? null : trained.withClassNames(names).calibration();
    if (calibration != null) {
      about.put("temperature", Double.toString(calibration.temperature()));
      if (calibration.rejection() != null) {
        about.put("threshold", Double.toString(calibration.rejection().threshold()));
      }
    }
    return about;
  }

  private void write(Path file, Clip clip, ExportedClassifier classifier) {
    switch (form) {
      case ONNX -> OnnxClassifier.write(file, clip, classifier);
      case "csv" -> FeatureFiles.csv(file, classifier);
      default -> FeatureFiles.safetensors(file, classifier);
    }
    int count = classifier.classNames().size();
    long bytes = file.toFile().length();
    record Written(String file, int classes, long bytes) {}
    output.json(new Written(file.toString(), count, bytes));
    output.printf("written: %s (%d classes, %,d bytes)", file, count, bytes);
    if (form.equals(ONNX)) {
      describe(file, OnnxClassifier.description(clip, classifier), clip);
    }
  }

  /** Writes and prints what a program needs to compute the input of the ONNX file. */
  private void describe(Path file, ObjectNode about, Clip clip) {
    if (!AtomicFile.isPipeOrDevice(file)) {
      Json.write(description(file), about);
      output.print("written: " + description(file) + " (class names and preprocessing)");
    }
    if (output.isJson()) {
      return;
    }
    PatchGrid patches = clip.preprocessing().patches();
    String size = about.path("size").asText();
    String sides =
        patches == null ? size + ", " + size : "height, width of multiples of " + patches.patch();
    output.info(
        "input pixels (batch, %s, %s); outputs probabilities, logits, features"
            .formatted(clip.config().channels(), sides));
    for (String key : PREPROCESSING.split(" ", -1)) {
      JsonNode value = about.path(key);
      if (!value.isMissingNode()) {
        output.info("  %-14s %s".formatted(key, value.isTextual() ? value.asText() : value));
      }
    }
    output.info("  pixels         (value / 255 - mean) / std");
  }

  private static Path description(Path file) {
    return file.resolveSibling(Folders.name(file) + ".json");
  }
}
