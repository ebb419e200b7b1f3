package org.kgcoop.pretrain;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;

/**
 * The loss of a student. With {@link InfoNce}, the features f of images and t of texts, and the
 * teacher's targets F and T:
 *
 * <pre>
 * loss = nce(f, t) + (nce(f, T) + nce(F, t)) / 2
 *      + w mean((1 - cos(f, F)) / .37 + (1 - cos(t, T)) / .30)
 * </pre>
 *
 * <p>The distances are divided by the varying part of a target, see {@link Targets}.
 */
final class DistilledLoss {
  private DistilledLoss() {}

  /**
   * Returns the loss and its gradients.
   *
   * @param images (B, E), of any length
   * @param texts (B, E), of any length, in the order of their images
   * @param logScale (), the logarithm of the scale
   * @param imageTargets (B, E), of length 1
   * @param textTargets (B, E), of length 1
   * @param weight w
   */
  static InfoNce.Gradients gradients(
      Tensor images,
      Tensor texts,
      Tensor logScale,
      Tensor imageTargets,
      Tensor textTargets,
      double weight) {
    Tensor leafImages = images.leaf();
    Tensor leafTexts = texts.leaf();
    Tensor leafScale = logScale.leaf();
    Map<String, Tensor> parts = new LinkedHashMap<>();
    parts.put("contrast", InfoNce.loss(leafImages, leafTexts, leafScale));
    parts.put(
        "teacher_contrast",
        InfoNce.loss(leafImages, textTargets, leafScale)
            .plus(InfoNce.loss(imageTargets, leafTexts, leafScale))
            .times(0.5));
    parts.put("image_distance", distance(leafImages, imageTargets, Targets.IMAGE));
    parts.put("text_distance", distance(leafTexts, textTargets, Targets.TEXT));
    Tensor loss = Tensor.scalar(0);
    for (Map.Entry<String, Tensor> part : parts.entrySet()) {
      boolean far = part.getKey().endsWith("_distance");
      loss = loss.plus(part.getValue().times(far ? weight : 1));
    }
    List<Tensor> gradients =
        Autograd.gradients(loss, List.of(leafImages, leafTexts, leafScale), false);
    Map<String, Double> values = new LinkedHashMap<>();
    parts.forEach((name, part) -> values.put(name, part.item()));
    return new InfoNce.Gradients(
        loss, gradients.get(0), gradients.get(1), gradients.get(2), values);
  }

  /** Returns the mean of 1 - cos over rows, divided by the varying part. */
  private static Tensor distance(Tensor features, Tensor targets, double varying) {
    Tensor cosines = features.unitRows().times(targets).sum(1);
    return cosines.times(-1).plus(1).mean().times(1 / varying);
  }
}
