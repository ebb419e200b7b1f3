package org.kgcoop.clip;

import java.util.List;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The rotary positions of an image encoder. A head of width d has d / 2 pairs of neighbors. The
 * pair j of a patch is rotated by an angle: {@code (u, v)} becomes {@code (u cos - v sin, v cos + u
 * sin)}. With n = d / 4, the angle is column times {@code 10000^(-j / n)} for j below n, then row
 * times {@code 10000^(-(j - n) / n)}. Source: facebookresearch/perception_models, {@code rope.py}.
 *
 * <p>Columns and rows count from 1 if there is a CLS token, whose angles are 0.
 */
public final class RotaryPositions implements AutoCloseable {
  private static final double BASE = 10_000;

  private final Tensor cosines; // (L, 1, d / 2, 1)
  private final Tensor sines; // (L, 1, d / 2, 2): -sin, sin

  RotaryPositions(ClipConfig config, Device device) {
    float[] angles = angles(config);
    int pairs = config.vision().width() / config.vision().heads() / 2;
    try (Scope scope = Scope.open("rotary positions")) {
      long rows = angles.length / pairs;
      cosines = Tensor.of(cosines(angles), rows, 1, pairs, 1).to(device).keep();
      sines = Tensor.of(sines(angles), rows, 1, pairs, 2).to(device).keep();
    }
  }

  /**
   * Returns the angles of the tokens of an image, (L, d / 2).
   *
   * @param config a configuration whose heads are a multiple of 4 wide
   */
  public static float[] angles(ClipConfig config) {
    ClipConfig.Vit vit = (ClipConfig.Vit) config.vision();
    int first = vit.form().rowsBesidePatches();
    int grid = config.imageResolution() / vit.patch();
    int frequencies = vit.width() / vit.heads() / 4; // n
    float[] angles = new float[(first + grid * grid) * 2 * frequencies];
    int at = first * 2 * frequencies;
    for (int row = first; row < first + grid; row++) {
      for (int column = first; column < first + grid; column++) {
        for (int place : new int[] {column, row}) {
          for (int i = 0; i < frequencies; i++) {
            angles[at++] = place * (float) Math.pow(BASE, -(double) i / frequencies);
          }
        }
      }
    }
    return angles;
  }

  /** Returns the cosine of each angle. */
  public static float[] cosines(float[] angles) {
    float[] cosines = new float[angles.length];
    for (int i = 0; i < angles.length; i++) {
      cosines[i] = (float) Math.cos(angles[i]);
    }
    return cosines;
  }

  /** Returns the sine of each angle twice, first negated: the factors of v and u. */
  public static float[] sines(float[] angles) {
    float[] sines = new float[2 * angles.length];
    for (int i = 0; i < angles.length; i++) {
      sines[2 * i + 1] = (float) Math.sin(angles[i]);
      sines[2 * i] = -sines[2 * i + 1];
    }
    return sines;
  }

  /**
   * Rotates the rows of images, in float32.
   *
   * @param rows (B L, heads d)
   * @return (B L, heads d), of the type of the rows
   */
  Tensor of(Tensor rows, long heads) {
    Tensor pairs = // (B, L, heads, d / 2, 2)
        rows.to(DType.FLOAT32).reshape(-1, cosines.size(0), heads, cosines.size(2), 2);
    Tensor swapped = Tensor.concat(List.of(pairs.narrow(4, 1, 1), pairs.narrow(4, 0, 1)), 4);
    return pairs
        .times(cosines)
        .plus(swapped.times(sines))
        .reshape(rows.size(0), rows.size(1))
        .to(rows.dtype());
  }

  @Override
  public void close() {
    cosines.close();
    sines.close();
  }
}
