package org.kgcoop.cli.classify;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.Messages;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.BankOptions;
import org.kgcoop.cli.options.ClipOptions;
import org.kgcoop.cli.options.DataOptions;
import org.kgcoop.cli.options.Parse;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.eval.Evaluation;
import org.kgcoop.experiment.Evaluator;
import org.kgcoop.files.AtomicFile;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.method.catalogue.Preset;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Templates;
import org.kgcoop.runs.RunJson;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures a classifier on labelled images. */
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    header = "Measure a classifier, or zero-shot CLIP, on test images.",
    description = {
      "",
      "Measure a trained classifier, of any method, on the test images of a data set; without one,"
          + " zero-shot CLIP with the data set's template.",
      ""
    },
    footer = {
      "",
      "Example:",
      "  ./kgcoop eval runs/pets --data pets --classes new --clip ViT-B-16.pt"
    })
public final class EvalCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CLASSIFIER",
      description =
          "A run folder, or classifier.safetensors in it, or a published model.pth.tar-N.")
  private @Nullable Path learned;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "PATH",
      description = "A data set as for train.")
  private String data;

  @Option(
      names = "--classes",
      paramLabel = "PART",
      defaultValue = "all",
      description = "all, base or new half of the classes (default: ${DEFAULT-VALUE}).")
  private String classes;

  @Option(names = "--per-class", description = "The accuracy of each class too.")
  private boolean perClass;

  @Option(
      names = "--confusion",
      paramLabel = "FILE",
      description =
          "Write a .csv with the number of images of each class (row) that were predicted as each"
              + " class (column).")
  private @Nullable Path confusion;

  @Mixin private ClassifierForm form = new ClassifierForm();
  @Mixin private ClipOptions clipOptions = new ClipOptions();
  @Mixin private DataOptions dataOptions = new DataOptions();
  @Mixin private BankOptions bank = new BankOptions();
  @Mixin private Output output = new Output();

  @Override
  public Integer call() {
    ClassSplit split = Parse.classSplit("--classes", classes);
    DataSet set = dataOptions.open(data, output).select(split);
    if (set.test().isEmpty()) {
      throw KgCoopException.data(data + ": no test images of " + classes + " classes");
    }
    ClassifierFile file = trained(set.classNames());
    try (Clip clip = clipOptions.load();
        FeatureClassifier classifier =
            file == null
                ? new ZeroShot(List.of(Preset.zeroShotTemplate(set.name(), Templates.of(set))))
                    .classifier(clip, set.classNames())
                : file.classifier(clip, set.classNames())) {
      Evaluator.Result result =
          Evaluator.evaluate(classifier, bank.open(clip, output), set, output.progress());
      if (confusion != null) {
        writeConfusion(confusion, set.classNames(), result.evaluation());
      }
      print(set, result);
    }
    return 0;
  }

  private @Nullable ClassifierFile trained(List<String> classNames) {
    if (learned == null) {
      form.checkUnused();
      return null;
    }
    return form.read(learned, classNames, output);
  }

  private static void writeConfusion(Path file, List<String> names, Evaluation evaluation) {
    AtomicFile.write(
        file,
        stream -> {
          Writer text = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
          CsvWriter csv = CsvWriter.builder().build(text);
          List<String> header = new ArrayList<>(List.of("class"));
          names.forEach(name -> header.add(Messages.cell(name)));
          csv.writeRecord(header);
          for (int label = 0; label < names.size(); label++) {
            List<String> row = new ArrayList<>(List.of(Messages.cell(names.get(label))));
            evaluation.confusion().get(label).forEach(count -> row.add(count.toString()));
            csv.writeRecord(row);
          }
          csv.flush();
        });
  }

  private void print(DataSet set, Evaluator.Result result) {
    List<Double> accuracies = result.evaluation().perClassAccuracy();
    if (output.isJson()) {
      ObjectNode json = RunJson.tree(result.target("test", set, classes, "", "", Double.NaN));
      json.set("confusion", RunJson.tree(result.evaluation()).path("confusion"));
      accuracies.forEach(json.putArray("per_class_accuracy")::add);
      output.json(json);
      return;
    }
    line(
        "accuracy",
        "%.2f %%  (%d of %d)",
        result.evaluation().accuracy(),
        result.evaluation().correct(),
        result.evaluation().total());
    line("error", "%.2f %%", result.evaluation().errorRate());
    line("macro F1", "%.2f", result.evaluation().macroF1());
    line("mean of classes", "%.2f %%", result.evaluation().meanPerClassAccuracy());
    line("calibration error", "%.4f", result.expectedCalibrationError());
    if (perClass) {
      for (int c = 0; c < accuracies.size(); c++) {
        List<Long> row = result.evaluation().confusion().get(c);
        line(
            set.classNames().get(c),
            "%.2f %%  (%d of %d)",
            accuracies.get(c),
            row.get(c),
            row.stream().mapToLong(Long::longValue).sum());
      }
    }
  }

  @FormatMethod
  private void line(String name, @FormatString String format, Object... values) {
    output.line(
        String.format(Locale.ROOT, "%-18s ", name) + String.format(Locale.ROOT, format, values));
  }
}
