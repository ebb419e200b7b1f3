package org.kgcoop.download;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where the public data sets come from, by the names of their folders in CoOp's layout. Only
 * official hosts that serve files without a form; the files {@code split_zhou_*.json} of CoOp lie
 * on Google Drive and are fetched by hand, see its DATASETS.md.
 */
final class PublicData {

  /**
   * An archive or a file.
   *
   * @param link where it is
   * @param within folder of the archive whose content is wanted; empty for all of it
   * @param into folder below the root that gets it
   * @param gives what is there when it was unpacked, below the root; it is not fetched again
   */
  record Part(Link link, String within, String into, String gives) {
    private static Part of(String address, String within, String into, String gives) {
      return new Part(Link.of(address), within, into, gives);
    }

    boolean isArchive() {
      return name().matches(".*\\.(zip|tar|tgz|tar\\.gz)");
    }

    String name() {
      return link.address().getPath().replaceAll("^.*/", "");
    }
  }

  /**
   * A data set.
   *
   * @param terms whose they are
   * @param byHand what no link gives; empty where nothing is missing
   */
  record Entry(List<Part> parts, String terms, String byHand) {}

  private static final String OXFORD = "https://www.robots.ox.ac.uk/~vgg/data/";
  private static final String SPLIT =
      "for CoOp's split, put split_zhou_%s.json (CoOp's DATASETS.md has the link) into it";

  private static final Map<String, Entry> ENTRIES =
      Map.of(
          "caltech-101",
          new Entry(
              List.of(
                  Part.of(
                      "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",
                      "caltech-101",
                      "caltech-101",
                      "caltech-101/101_ObjectCategories")),
              "CC BY 4.0, https://data.caltech.edu/records/mzrjq-6wc02",
              SPLIT.formatted("Caltech101")),
          "oxford_pets",
          new Entry(
              List.of(
                  Part.of(
                      OXFORD + "pets/data/images.tar.gz", "", "oxford_pets", "oxford_pets/images"),
                  Part.of(
                      OXFORD + "pets/data/annotations.tar.gz",
                      "",
                      "oxford_pets",
                      "oxford_pets/annotations")),
              "CC BY-SA 4.0, https://www.robots.ox.ac.uk/~vgg/data/pets/",
              SPLIT.formatted("OxfordPets")),
          "oxford_flowers",
          new Entry(
              List.of(
                  Part.of(
                      OXFORD + "flowers/102/102flowers.tgz",
                      "",
                      "oxford_flowers",
                      "oxford_flowers/jpg"),
                  Part.of(
                      OXFORD + "flowers/102/imagelabels.mat",
                      "",
                      "oxford_flowers",
                      "oxford_flowers/imagelabels.mat")),
              "for research, https://www.robots.ox.ac.uk/~vgg/data/flowers/102/",
              "put cat_to_name.json into it, and " + SPLIT.formatted("OxfordFlowers")),
          "food-101",
          new Entry(
              List.of(
                  Part.of(
                      "http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz",
                      "food-101",
                      "food-101",
                      "food-101/images")),
              "for research, https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/",
              SPLIT.formatted("Food101")),
          "fgvc_aircraft",
          new Entry(
              List.of(
                  Part.of(
                      OXFORD + "fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz",
                      "fgvc-aircraft-2013b/data",
                      "fgvc_aircraft",
                      "fgvc_aircraft/images")),
              "non-commercial research, https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/",
              ""),
          "dtd",
          new Entry(
              List.of(
                  Part.of(OXFORD + "dtd/download/dtd-r1.0.1.tar.gz", "dtd", "dtd", "dtd/images")),
              "for research, https://www.robots.ox.ac.uk/~vgg/data/dtd/",
              SPLIT.formatted("DescribableTextures")),
          "eurosat",
          new Entry(
              List.of(
                  Part.of(
                      "https://zenodo.org/records/7711810/files/EuroSAT_RGB.zip",
                      "EuroSAT_RGB",
                      "eurosat/2750",
                      "eurosat/2750")),
              "MIT, https://zenodo.org/records/7711810",
              SPLIT.formatted("EuroSAT")));

  /** Known data sets without a direct link, and where they are had. */
  private static final Map<String, String> BY_HAND =
      Map.of(
          "imagenet", "needs an account at https://image-net.org",
          "stanford_cars", "its official host is gone; CoOp's DATASETS.md names mirrors",
          "sun397", "37 GB at https://vision.princeton.edu/projects/2010/SUN/",
          "ucf101", "its middle frames lie on Google Drive; CoOp's DATASETS.md has the link");

  private PublicData() {}

  static Set<String> names() {
    return new TreeSet<>(ENTRIES.keySet());
  }

  static @Nullable Entry entry(String name) {
    return ENTRIES.get(name);
  }

  /** Where a data set is had that no link gives; null for an unknown one. */
  static @Nullable String byHand(String name) {
    return BY_HAND.get(name);
  }
}
