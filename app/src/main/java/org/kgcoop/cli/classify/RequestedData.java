package org.kgcoop.cli.classify;

import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.data.Templates;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.TaskContext;
import picocli.CommandLine.Option;

/** The option for the data set of the images, if it differs from the training data set. */
final class RequestedData {
  @Option(
      names = "--data-set",
      paramLabel = "NAME",
      description =
          "Set the data set of the images, such as oxford_pets. Methods with hand-crafted"
              + " prompts then use the published prompts of this data set. Published checkpoints"
              + " do not name their data set.")
  private @Nullable String name;

  /**
   * Returns the requested data set with its hand-crafted prompt.
   *
   * @param template the template, or null for the published template of a known data set or the
   *     default template
   */
  TaskContext task(@Nullable String template) {
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

  /** Rejects the option if there is no classifier. */
  void checkUnused() {
    if (name != null) {
      throw KgCoopException.configuration("--data-set goes with a CLASSIFIER; leave it out");
    }
  }

  /** Adapts a classifier to the requested data set, with a prompt as in {@link #task}. */
  ClassifierFile of(ClassifierFile file, @Nullable String template) {
    return name == null ? file : file.forTask(task(template));
  }
}
