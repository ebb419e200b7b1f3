package org.kgcoop.clip;

import java.util.List;
import org.kgcoop.image.view.Interpolation;

/**
 * The default preprocessing of images.
 *
 * @param mean the mean of each channel
 * @param std the standard deviation of each channel
 * @param squashes true if the entire image is resized to a square
 */
public record ImageDefaults(
    List<Double> mean, List<Double> std, Interpolation interpolation, boolean squashes) {}
