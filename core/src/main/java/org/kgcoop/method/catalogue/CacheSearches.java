package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/** The start of alpha and the grid that Tip-Adapter's configurations have for each data set. */
final class CacheSearches {
  /** The values of gaopengcuhk/Tip-Adapter, {@code configs}; beta starts at 1 everywhere. */
  private static final Map<String, Published> PUBLISHED =
      Map.ofEntries(
          Map.entry("ImageNet", new Published(1.17, 7, 3)),
          Map.entry("OxfordPets", new Published(1.17, 7, 3)),
          Map.entry("UCF101", new Published(3, 7, 3)),
          Map.entry("Caltech101", new Published(3, 12, 5)),
          Map.entry("StanfordCars", new Published(3, 20, 10)),
          Map.entry("SUN397", new Published(1.17, 12, 10)),
          Map.entry("Food101", new Published(1.17, 10, 10)),
          Map.entry("DescribableTextures", new Published(2, 13, 13)),
          Map.entry("EuroSAT", new Published(2, 12, 10)),
          Map.entry("FGVCAircraft", new Published(5, 30, 30)),
          Map.entry("OxfordFlowers", new Published(10, 50, 50)));

  private CacheSearches() {}

  private record Published(double alpha, double betaTop, double alphaTop) {}

  /** Adds what is published for a data set and not stated. */
  static void add(ObjectNode settings, String dataSet) {
    Published published = PUBLISHED.get(dataSet);
    if (published == null) {
      return;
    }
    if (!settings.has("alpha")) {
      settings.put("alpha", published.alpha);
    }
    if (!settings.has("search_scale")) {
      settings.putArray("search_scale").add(published.betaTop).add(published.alphaTop);
    }
  }
}
