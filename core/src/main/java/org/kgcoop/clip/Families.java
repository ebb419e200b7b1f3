package org.kgcoop.clip;

import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * All families of models, in the order of {@code META-INF/services}. The first family that
 * recognizes a file reads it. CLIP is the last one and accepts all others.
 */
public final class Families {
  /** The families, in the order in which they are asked for their models. */
  public static final List<Family> ALL =
      ServiceLoader.load(Family.class, Family.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .toList();

  private Families() {}

  /**
   * Returns the family of a model.
   *
   * @param shapes the shapes of its tensors by their names in the file
   */
  static Family of(Map<String, long[]> shapes) {
    return ALL.stream().filter(family -> family.recognizes(shapes)).findFirst().orElseThrow();
  }
}
