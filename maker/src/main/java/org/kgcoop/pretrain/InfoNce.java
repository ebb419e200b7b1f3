package org.kgcoop.pretrain;

import java.util.List;
import java.util.Map;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Tensor;

/**
 * CLIP's loss (Radford et al., 2021, figure 3). For unit features f_i of images and t_j of texts
 * and the scale s:
 *
 * <pre>
 * logits_ij = s f_i . t_j
 * loss = (mean_i -log softmax_j(logits)_ii + mean_j -log softmax_i(logits)_jj) / 2
 * </pre>
 */
final class InfoNce {
  private InfoNce() {}

  /**
   * Returns the loss of matching images and texts.
   *
   * @param images (B, E), of any length
   * @param texts (B, E), of any length, in the order of their images
   * @param logScale (), the logarithm of s
   * @return ()
   */
  static Tensor loss(Tensor images, Tensor texts, Tensor logScale) {
    int batch = (int) images.size(0);
    long[] own = new long[batch];
    for (int i = 0; i < batch; i++) {
      own[i] = i;
    }
    Tensor labels = Tensor.of(own, batch);
    Tensor logits = // (B, B)
        images.unitRows().matmul(texts.unitRows().transpose(0, 1)).times(logScale.exp());
    return Functions.crossEntropy(logits, labels)
        .plus(Functions.crossEntropy(logits.transpose(0, 1), labels))
        .times(0.5);
  }

  /**
   * A loss and its gradients. Each gradient has the shape of its input.
   *
   * @param parts the parts of the loss by name, if it has several
   */
  record Gradients(
      Tensor loss, Tensor images, Tensor texts, Tensor logScale, Map<String, Double> parts) {}

  static Gradients gradients(Tensor images, Tensor texts, Tensor logScale) {
    Tensor leafImages = images.leaf();
    Tensor leafTexts = texts.leaf();
    Tensor leafScale = logScale.leaf();
    Tensor loss = loss(leafImages, leafTexts, leafScale);
    List<Tensor> gradients =
        Autograd.gradients(loss, List.of(leafImages, leafTexts, leafScale), false);
    return new Gradients(loss, gradients.get(0), gradients.get(1), gradients.get(2), Map.of());
  }
}
