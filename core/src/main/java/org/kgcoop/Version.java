package org.kgcoop;

/** The version of this library, as files say who wrote them. */
public final class Version {
  public static final String KGCOOP = "0.1.0";

  private Version() {}
}
