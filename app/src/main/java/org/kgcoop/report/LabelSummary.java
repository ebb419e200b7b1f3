package org.kgcoop.report;

import java.util.List;

/**
 * What the report of a labeled folder says about its labels.
 *
 * @param sentences about the accuracy
 * @param classes who labeled how many images
 * @param skipped the number of undecided images
 * @param unreadable the images that were left out
 */
public record LabelSummary(
    List<String> sentences, List<ClassRow> classes, int skipped, List<String> unreadable) {
  public LabelSummary {
    sentences = List.copyOf(sentences);
    classes = List.copyOf(classes);
    unreadable = List.copyOf(unreadable);
  }

  /** The images of a class, by who labeled them. */
  public record ClassRow(String name, int byYou, int byProgram) {}
}
