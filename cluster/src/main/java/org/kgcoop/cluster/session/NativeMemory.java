package org.kgcoop.cluster.session;

/** Memory of an executor that its heap does not see: weights and activations. */
public final class NativeMemory {
  private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

  private NativeMemory() {}

  /**
   * Leaves its bound to the cluster. JavaCPP's own, four times the heap, is too small for an
   * executor with a large model; it is read once, so this comes before the first tensor.
   */
  public static void leaveToCluster() {
    if (System.getProperty(LIMIT) == null) {
      System.setProperty(LIMIT, "0");
    }
  }
}
