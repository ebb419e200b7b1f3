package org.kgcoop.cluster.session;

/** Memory of an executor outside of its heap: weights and activations. */
public final class NativeMemory {
  private static final String LIMIT = "org.bytedeco.javacpp.maxPhysicalBytes";

  private NativeMemory() {}

  /**
   * Removes JavaCPP's limit, so that the cluster limits the memory. The default of four times the
   * heap is too small for a large model. Call this before the first tensor, because JavaCPP reads
   * the limit once.
   */
  public static void leaveToCluster() {
    if (System.getProperty(LIMIT) == null) {
      System.setProperty(LIMIT, "0");
    }
  }
}
