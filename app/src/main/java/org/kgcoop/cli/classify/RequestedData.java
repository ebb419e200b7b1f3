package org.kgcoop.cli.classify;

import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.Templates;
import org.kgcoop.data.published.PublishedDataSet;
import org.kgcoop.data.published.PublishedDataSets;
import org.kgcoop.method.TaskContext;
import org.kgcoop.method.catalogue.ClassifierFile;
import picocli.CommandLine.Option;

/** The data set that images are of, where it is not the one that was learned from. */
final class RequestedData {
  @Option(
      names = "--data-set",
      paramLabel = "NAME",
      description =
          "Name the data set of the images, such as oxford_pets (default: the training data"
              + " set). Hand-crafted prompts are those of this data set.")
  private @Nullable String name;

  /**
   * The data, with a hand-crafted prompt.
   *
   * @param template null for the published one of a known data set, else the usual one
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

  /** Refuses the option where there is no classifier. */
  void checkUnused() {
    if (name != null) {
      throw KgCoopException.configuration("--data-set goes with a CLASSIFIER; leave it out");
    }
  }

  /** A classifier as it answers about those data, with a prompt as for {@link #task}. */
  ClassifierFile of(ClassifierFile file, @Nullable String template) {
    return name == null ? file : file.on(task(template));
  }
}
