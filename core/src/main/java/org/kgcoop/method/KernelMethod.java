package org.kgcoop.method;

import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.model.FixedHead;
import org.kgcoop.tensor.Tensor;

/** A method in closed form that keeps its images as the rows of a kernel, with coefficients. */
interface KernelMethod extends Method {
  /** Name of the rows among the learned tensors. */
  String ROWS = "features";

  /** Name of the coefficients, (n, C), among the learned tensors. */
  String COEFFICIENTS = "coefficients";

  /** Returns the templates of the class features. */
  List<String> templates();

  /** Returns the number of rows per image. */
  default int rowsPerImage() {
    return 1;
  }

  /** Returns the size of a kernel in double precision, and of its decomposition. */
  @Override
  default long fitBytes(int images) {
    long rows = (long) images * rowsPerImage();
    return 2 * Double.BYTES * rows * rows;
  }

  /** Computes the class features, (C, E), unit rows. */
  default Tensor texts(Clip clip, List<String> classNames) {
    return new ZeroShot(templates()).classFeatures(clip, classNames);
  }

  /** Returns the scores {@code sum_i k(f, f_i) a_ic}, in the open scope. */
  static FixedHead.Cache scores(Clip clip, FittedMethod learned, int classes, double beta) {
    int width = clip.config().embedDim();
    long count = learned.value(ROWS).count() / width;
    Tensor rows = learned.value(clip, ROWS, count, width);
    Tensor coefficients = learned.value(clip, COEFFICIENTS, count, classes);
    return new FixedHead.Cache(rows, new FixedHead.DenseValues(coefficients), 1, beta);
  }
}
