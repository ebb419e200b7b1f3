package org.kgcoop.data;

/**
 * One way of looking at a picture in training.
 *
 * @param crop the part that is looked at
 * @param flipped whether left and right are exchanged
 */
public record View(Crop crop, boolean flipped) {}
