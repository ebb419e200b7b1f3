package org.kgcoop.clip;

import java.util.List;
import org.kgcoop.tensor.Tensor;

/**
 * The features of images with the maps of some stages of the image encoder.
 *
 * @param features (B, E)
 * @param maps one map per stage that was asked for
 */
public record IntermediateMaps(Tensor features, List<Tensor> maps) {}
