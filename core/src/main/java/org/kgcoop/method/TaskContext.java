package org.kgcoop.method;

import org.kgcoop.data.DataSet;
import org.kgcoop.data.Templates;

/**
 * The data that a method meets, as far as its settings depend on them.
 *
 * @param dataSet its name
 * @param template its hand-crafted prompt
 * @param classes that are learned; 0 where nobody knows
 * @param shots training images a class; 0 for all
 * @param seed of all that is drawn
 * @param images for training that there are of these classes; 0 where nobody knows
 */
public record TaskContext(
    String dataSet, String template, int classes, int shots, long seed, int images) {

  /** Data of which nothing is known. */
  public static final TaskContext ANY = new TaskContext("", Templates.DEFAULT, 16, 0);

  /** Data whose classes nobody has counted. */
  public TaskContext(String dataSet, String template, int shots, long seed) {
    this(dataSet, template, 0, shots, seed, 0);
  }

  /**
   * An occasion with the name and template of a data set.
   *
   * @param classes that are learned of it
   */
  public static TaskContext of(DataSet data, int classes, int shots, long seed) {
    return new TaskContext(data.name(), Templates.of(data), classes, shots, seed, 0);
  }

  /** The same under another hand-crafted prompt. */
  public TaskContext withTemplate(String other) {
    return new TaskContext(dataSet, other, classes, shots, seed, images);
  }

  /** The same with that many images for training. */
  public TaskContext withImages(int many) {
    return new TaskContext(dataSet, template, classes, shots, seed, many);
  }
}
