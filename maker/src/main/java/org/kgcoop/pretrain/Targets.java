package org.kgcoop.pretrain;

import java.util.List;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Where the features of a student are to lie. A teacher's cosines spread widely and have a scale of
 * their own; released CLIPs have a scale of 100, and cosines in a narrow range. With the teacher's
 * unit feature t in its leading directions, the target is
 *
 * <pre>
 * image: [sqrt(.37) t, sqrt(.63) (1, 0)]
 * text:  [sqrt(.30) t, sqrt(.70) (.3, sqrt(.91))]
 * </pre>
 *
 * so that cosines of images and texts are a third of the teacher's and a constant. Owns native
 * memory.
 */
final class Targets implements AutoCloseable {
  /** The squared length of an image's target that varies. */
  static final double IMAGE = 0.37;

  /** The same of a text's. */
  static final double TEXT = 0.30;

  private static final double TOWARDS_IMAGES = 0.3;
  private static final int CONSTANT = 2; // components
  private static final String DIRECTIONS = "teacher.directions";

  private final Tensor directions; // (teacher's E, E - 2)

  private Targets(Tensor directions) {
    this.directions = directions;
  }

  /** The most components that targets can have of a teacher's features with E of them. */
  static int most(int teacherWidth) {
    return teacherWidth + CONSTANT;
  }

  /**
   * Targets in the directions of the largest second moments of a teacher's features.
   *
   * @param features (N, teacher's E), of length 1
   * @param width of the student's features
   */
  static Targets of(Tensor features, int width) {
    try (Scope scope = Scope.open("directions");
        Autograd.Switch off = Autograd.off()) {
      Tensor vectors = // (E, E), the largest last
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

  /** A teacher's unit features of images (B, E of it) to targets of length 1 (B, E). */
  Tensor ofImages(Tensor features) {
    return of(features, IMAGE, 1);
  }

  /** The same of texts. */
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
