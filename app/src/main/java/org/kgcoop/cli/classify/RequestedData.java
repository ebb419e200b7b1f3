package org.kgcoop.cli.classify;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.console.Output;
import org.kgcoop.cli.options.ClassList;
import org.kgcoop.data.Templates;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.TaskContext;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The option for the data set of the images, if it differs from the training data set. */
final class RequestedData {
  @Option(
      names = "--data-set",
      paramLabel = "NAME",
      description =
          "Set the data set of the images, such as oxford_pets, for its published prompts. Methods"
              + " with hand-crafted prompts use them. Published checkpoints do not name it.")
  private @Nullable String name;

  @Mixin private ClassifierInput form = new ClassifierInput();

  /**
   * Reads a classifier for the requested data set with its hand-crafted prompt.
   *
   * @param classes the class names of a classifier in the published form
   * @param path null if there is no classifier to read, which the options must not describe then
   * @param template the template, or null for the published template of a known data set or the
   *     default template
   */
  @Nullable ClassifierFile read(
      @Nullable Path path, ClassList classes, @Nullable String template, Output output) {
    if (path == null) {
      checkUnused();
      return null;
    }
    TaskContext task = task(template);
    ClassifierFile file = form.read(path, classes.asWritten(), task, output);
    return name == null ? file : file.forTask(task);
  }

  private TaskContext task(@Nullable String template) {
    if (name == null) {
      if (template != null) {
        throw KgCoopException.configuration(
            "--template goes with --data-set NAME, the data set that has this prompt");
      }
      return TaskContext.ANY;
    }
    PublishedDataSet known = PublishedDataSets.find(name).orElse(null);
    String own = known == null ? Templates.DEFAULT : known.template();
    return new TaskContext(
        known == null ? name : known.name(), template == null ? own : template, 0, 0);
  }

  /** Rejects the options if there is no classifier to read. */
  void checkUnused() {
    if (name != null) {
      throw KgCoopException.configuration("--data-set goes with a CLASSIFIER; leave it out");
    }
    form.checkUnused();
  }
}
