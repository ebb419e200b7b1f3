package org.kgcoop.image.view;

import org.kgcoop.image.Crop;

/**
 * One way of looking at a picture in training.
 *
 * @param crop the part that is looked at
 * @param flipped whether left and right are exchanged
 */
public record View(Crop crop, boolean flipped) {}
