package org.kgcoop.export;

import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.kgcoop.formats.FeatureFormat;

/** The formats of feature files. */
public final class FeatureFormats {
  private static final List<FeatureFormat> ALL =
      Stream.concat(
              Stream.of(new NpyFeatures(), new SafetensorsFeatures(), new CsvFeatures()),
              ServiceLoader.load(FeatureFormat.class).stream().map(ServiceLoader.Provider::get))
          .toList();

  private FeatureFormats() {}

  public static List<String> ids() {
    return ALL.stream().map(FeatureFormat::id).toList();
  }

  /** Returns the format of a name. */
  public static Optional<FeatureFormat> of(String id) {
    return ALL.stream().filter(format -> format.id().equals(id)).findFirst();
  }
}
