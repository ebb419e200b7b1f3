package org.kgcoop.method;

import org.kgcoop.data.DataSet;
import org.kgcoop.data.Templates;

/**
 * Properties of the data that the settings of a method can depend on.
 *
 * @param dataSet the name of the data set
 * @param template the hand-crafted prompt of the data set
 * @param classes the number of classes to learn; 0 if unknown
 * @param shots the number of training images per class; 0 for all
 * @param seed the seed of all random choices
 * @param images the number of available training images of these classes; 0 if unknown
 */
public record TaskContext(
    String dataSet, String template, int classes, int shots, long seed, int images) {

  /** Task without known data. */
  public static final TaskContext ANY = new TaskContext("", Templates.DEFAULT, 16, 0);

  /** Creates a task with an unknown number of classes. */
  public TaskContext(String dataSet, String template, int shots, long seed) {
    this(dataSet, template, 0, shots, seed, 0);
  }

  /**
   * Creates a task with the name and template of a data set.
   *
   * @param classes the number of classes to learn
   */
  public static TaskContext of(DataSet data, int classes, int shots, long seed) {
    return new TaskContext(data.name(), Templates.of(data), classes, shots, seed, 0);
  }

  /** Returns this task with another hand-crafted prompt. */
  public TaskContext withTemplate(String other) {
    return new TaskContext(dataSet, other, classes, shots, seed, images);
  }

  /** Returns this task with another number of training images. */
  public TaskContext withImages(int many) {
    return new TaskContext(dataSet, template, classes, shots, seed, many);
  }
}
