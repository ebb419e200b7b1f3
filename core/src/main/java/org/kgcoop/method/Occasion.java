package org.kgcoop.method;

import org.kgcoop.data.DataSet;
import org.kgcoop.prompt.Templates;

/**
 * The data that a method meets, as far as its settings depend on them.
 *
 * @param dataSet its name
 * @param template its hand-crafted prompt
 * @param shots training images a class; 0 for all
 * @param seed of all that is drawn
 */
public record Occasion(String dataSet, String template, int shots, long seed) {

  /** Data of which nothing is known. */
  public static final Occasion ANY = new Occasion("", Templates.DEFAULT, 16, 0);

  /** An occasion with the name and template of a data set. */
  public static Occasion of(DataSet data, int shots, long seed) {
    return new Occasion(data.name(), Templates.of(data), shots, seed);
  }
}
