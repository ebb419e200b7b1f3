package org.kgcoop.method.catalogue;

import org.kgcoop.data.ImageSet;

/**
 * The data that a classifier has learned from.
 *
 * @param dataSet its name; empty where the file does not say
 * @param fingerprint of the drawn training and validation images; empty where the file does not say
 * @param images the training images; none where the file does not say
 */
public record TrainingDataRecord(String dataSet, String fingerprint, ImageSet images) {
  /** Data of which nothing is known. */
  public static final TrainingDataRecord UNKNOWN = new TrainingDataRecord("", "", ImageSet.NONE);
}
