package org.kgcoop.tensor;

/** Numbers of vectors in double precision and in a fixed order, equal on every processor. */
public final class Vectors {
  private Vectors() {}

  public static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  public static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  public static double dot(double[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /**
   * Returns the mean of the two middle values; 0 if there are none.
   *
   * @param ascending values in ascending order
   */
  public static double median(double[] ascending) {
    int count = ascending.length;
    return count == 0 ? 0 : (ascending[(count - 1) / 2] + ascending[count / 2]) / 2;
  }
}
