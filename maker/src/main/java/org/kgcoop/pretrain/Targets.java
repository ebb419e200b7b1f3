package org.kgcoop.pretrain;

import java.util.List;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The target features of a student. The cosines of a teacher vary widely, and its scale is a
 * trained one. Released CLIP models have a scale of 100 and cosines in a narrow range. With the
 * teacher's unit feature t in its leading directions, the target is
 *
 * <pre>
 * image: [sqrt(.37) t, sqrt(.63) (1, 0)]
 * text:  [sqrt(.30) t, sqrt(.70) (.3, sqrt(.91))]
 * </pre>
 *
 * The cosine of an image and a text is then a third of the teacher's plus a constant. Owns native
 * memory.
 */
final class Targets implements AutoCloseable {
  /** The squared length of the varying part of an image target. */
  static final double IMAGE = 0.37;

  /** The squared length of the varying part of a text target. */
  static final double TEXT = 0.30;

  private static final double TOWARDS_IMAGES = 0.3;
  private static final int CONSTANT = 2; // components
  private static final String DIRECTIONS = "teacher.directions";

  private final Tensor directions; // (teacher's E, E - 2)

  private Targets(Tensor directions) {
    this.directions = directions;
  }

  /**
   * Returns the maximum number of components of targets for a teacher whose features have E
   * components.
   */
  static int most(int teacherWidth) {
    return teacherWidth + CONSTANT;
  }

  /**
   * Creates targets in the directions of the largest second moments of a teacher's features.
   *
   * @param features (N, teacher's E), of length 1
   * @param width the width of the student's features
   */
  static Targets of(Tensor features, int width) {
    try (Scope scope = Scope.open("directions");
        Autograd.Switch off = Autograd.off()) {
      Tensor vectors = // (E, E), the largest is last
          Functions.eigen(features.transpose(0, 1).matmul(features)).vectors();
      int kept = width - CONSTANT;
      return new Targets(vectors.narrow(1, vectors.size(1) - kept, kept).copy().keep());
    }
  }

  static Targets of(StoredTensor directions) {
    try (Scope scope = Scope.open("directions")) {
      return new Targets(directions.tensor().copy().keep());
    }
  }

  static String name() {
    return DIRECTIONS;
  }

  StoredTensor stored() {
    return StoredTensor.of(DIRECTIONS, directions);
  }

  /**
   * Converts a teacher's unit features of images, (B, teacher's E), to targets of length 1, (B, E).
   */
  Tensor ofImages(Tensor features) {
    return of(features, IMAGE, 1);
  }

  /**
   * Converts a teacher's unit features of texts, (B, teacher's E), to targets of length 1, (B, E).
   */
  Tensor ofTexts(Tensor features) {
    return of(features, TEXT, TOWARDS_IMAGES);
  }

  private Tensor of(Tensor features, double varying, double first) {
    Tensor varies = features.matmul(directions).unitRows().times(Math.sqrt(varying));
    double length = Math.sqrt(1 - varying);
    Tensor constant =
        Tensor.of(
            new float[] {(float) (length * first), (float) (length * Math.sqrt(1 - first * first))},
            1,
            CONSTANT);
    return Tensor.concat(List.of(varies, constant.expand(features.size(0), CONSTANT)), 1);
  }

  @Override
  public void close() {
    directions.close();
  }
}
