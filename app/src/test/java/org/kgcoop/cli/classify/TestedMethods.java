package org.kgcoop.cli.classify;

import java.util.List;
import org.kgcoop.method.catalogue.MethodCatalogue;

/**
 * The methods whose classifiers all commands get: one of each kind in a build, and all of them with
 * {@code -Pnightly} and in an IDE.
 */
final class TestedMethods {
  private TestedMethods() {}

  static List<String> ids() {
    String ids = System.getProperty("kgcoop.methods", "all");
    return ids.equals("all") ? MethodCatalogue.ids() : List.of(ids.split(","));
  }
}
