package org.kgcoop.classifier;

import org.kgcoop.data.ImageSet;

/**
 * Record of the data that a classifier was trained on.
 *
 * @param dataSet the name of the data set; empty if the file does not contain it
 * @param fingerprint the fingerprint of the training and validation images; empty if the file does
 *     not contain it
 * @param images the training images; none if the file does not contain them
 */
public record TrainingDataRecord(String dataSet, String fingerprint, ImageSet images) {
  /** Record of unknown data. */
  public static final TrainingDataRecord UNKNOWN = new TrainingDataRecord("", "", ImageSet.NONE);
}
