package org.kgcoop.cli.classify;

import java.util.List;
import org.kgcoop.classifier.MethodRegistry;

/**
 * The methods whose classifiers are tested with all commands. A build tests one method of each
 * kind. {@code -Pnightly} and an IDE test all methods.
 */
final class TestedMethods {
  private TestedMethods() {}

  static List<String> ids() {
    String ids = System.getProperty("kgcoop.methods", "all");
    return ids.equals("all") ? MethodRegistry.ids() : List.of(ids.split(","));
  }
}
