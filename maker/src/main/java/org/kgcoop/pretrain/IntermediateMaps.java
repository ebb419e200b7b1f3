package org.kgcoop.pretrain;

import java.util.List;
import org.kgcoop.tensor.Tensor;

/**
 * Image features and the maps of some stages of the image encoder.
 *
 * @param features (B, E)
 * @param maps one map per requested stage
 */
public record IntermediateMaps(Tensor features, List<Tensor> maps) {}
