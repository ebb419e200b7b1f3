package org.kgcoop.cluster.session;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.Version;
import org.kgcoop.tensor.Engine;

/**
 * The versions of a process that affect results. Driver and executors must have the same versions,
 * or the same settings give different results.
 *
 * @param kgcoop the version of kgcoop
 * @param java the feature version, such as 17
 * @param engine the version of the native library
 */
public record Versions(String kgcoop, String java, String engine) implements Serializable {

  /** Returns the versions of this process. */
  public static Versions here() {
    try {
      return new Versions(
          Version.KGCOOP, String.valueOf(Runtime.version().feature()), Engine.version());
    } catch (IOException e) {
      throw KgCoopException.io("cannot read the version of the native library: " + e, e);
    }
  }

  /**
   * Compares the versions of the driver with those of an executor.
   *
   * @param host the host of the executor
   * @throws KgCoopException that names the differences
   */
  public void check(Versions executor, String host) {
    List<String> differences = new ArrayList<>();
    compare("kgcoop", kgcoop, executor.kgcoop, differences);
    compare("Java", java, executor.java, differences);
    compare("the native library", engine, executor.engine, differences);
    if (!differences.isEmpty()) {
      throw KgCoopException.configuration(
          "versions differ between the driver and the executor on %s: %s; both need the same"
                  .formatted(host, String.join(", ", differences))
              + " Java and the same jars");
    }
  }

  private static void compare(
      String what, String driver, String executor, List<String> differences) {
    if (!driver.equals(executor)) {
      differences.add("%s %s there, %s here".formatted(what, executor, driver));
    }
  }
}
