package org.kgcoop.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.PublishedDataSet.Layout;
import org.kgcoop.data.PublishedDataSet.Part;

/**
 * The 15 data sets that CoOp, CoCoOp, ProGrad and KgCoOp are compared on. Folders, split files and
 * names are those of CoOp's instructions, so that a folder of data sets made for one of these works
 * here as it is; hand-crafted prompts are KgCoOp's.
 *
 * <p>Where a split file is missing, the split is made from what the authors of the data publish, as
 * the published code makes it, by a generator of its own that starts from the split seed. The
 * published code makes it once, by the generator of the run, and stores it: its later runs of seed
 * 1 and ours of split seed 1 see the same pictures.
 */
public final class PublishedDataSets {

  private static final String PHOTO = "a photo of a {}.";
  private static final String DRIVE = "https://drive.google.com/file/d/";
  private static final String VGG = "https://www.robots.ox.ac.uk/~vgg/data/";
  private static final String CARS = "https://ai.stanford.edu/~jkrause/";
  private static final Part CLASS_NAMES =
      new Part("classnames.txt", DRIVE + "1-61f_ol79pViBFDG_IDlUQSwoLcn2XXF");

  private static final List<PublishedDataSet> ALL =
      List.of(
          new PublishedDataSet(
              "ImageNet",
              List.of(),
              "imagenet",
              "images",
              List.of(
                  new Part("images/train", "https://image-net.org (after registration)"),
                  new Part("images/val", "https://image-net.org, sorted into class folders"),
                  CLASS_NAMES),
              null,
              List.of(),
              PHOTO,
              1000,
              null,
              ImageNetFolders::imageNet),
          new PublishedDataSet(
              "Caltech101",
              List.of(),
              "caltech-101",
              "101_ObjectCategories",
              List.of(
                  new Part("101_ObjectCategories", "https://data.caltech.edu/records/mzrjq-6wc02")),
              split("Caltech101", "1hyarUivQE36mY6jSomru6Fjd-JzwcCzN"),
              List.of(),
              PHOTO,
              100,
              null,
              new RenamedFolders(
                  Set.of("BACKGROUND_Google", "Faces_easy"),
                  Map.of(
                      "airplanes", "airplane",
                      "Faces", "face",
                      "Leopards", "leopard",
                      "Motorbikes", "motorbike"))),
          new PublishedDataSet(
              "OxfordPets",
              List.of("pets"),
              "oxford_pets",
              "images",
              List.of(new Part("images", VGG + "pets/data/images.tar.gz")),
              split("OxfordPets", "1501r8Ber4nNKvmlFVQZ8SeUHTcdTTEqs"),
              List.of(
                  new Part("annotations/trainval.txt", VGG + "pets/data/annotations.tar.gz"),
                  new Part("annotations/test.txt", VGG + "pets/data/annotations.tar.gz")),
              "a photo of a {}, a type of pet.",
              37,
              null,
              AnnotationLists::pets),
          new PublishedDataSet(
              "StanfordCars",
              List.of("cars"),
              "stanford_cars",
              "",
              List.of(
                  new Part("cars_train", CARS + "car196/cars_train.tgz"),
                  new Part("cars_test", CARS + "car196/cars_test.tgz")),
              split("StanfordCars", "1ObCFbaAgVu0I-k_Au-gIUcefirdAuizT"),
              List.of(
                  new Part("devkit/cars_train_annos.mat", CARS + "cars/car_devkit.tgz"),
                  new Part("devkit/cars_meta.mat", CARS + "cars/car_devkit.tgz"),
                  new Part(
                      "cars_test_annos_withlabels.mat",
                      CARS + "car196/cars_test_annos_withlabels.mat")),
              PHOTO,
              196,
              null,
              MatlabAnnotations::cars),
          new PublishedDataSet(
              "OxfordFlowers",
              List.of("OxfordFlowers102", "Flowers102", "flowers"),
              "oxford_flowers",
              "jpg",
              List.of(new Part("jpg", VGG + "flowers/102/102flowers.tgz")),
              split("OxfordFlowers", "1Pp0sRXzZFZq15zVOzKjKBu4A9i01nozT"),
              List.of(
                  new Part("imagelabels.mat", VGG + "flowers/102/imagelabels.mat"),
                  new Part("cat_to_name.json", DRIVE + "1AkcxCXeK_RCGCEC_GvmWxjcjaNhu-at0")),
              "a photo of a {}, a type of flower.",
              102,
              null,
              MatlabAnnotations::flowers),
          new PublishedDataSet(
              "Food101",
              List.of("food"),
              "food-101",
              "images",
              List.of(
                  new Part(
                      "images", "https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/")),
              split("Food101", "1QK0tGi096I0Ba6kggatX1ee6dJFIcEJl"),
              List.of(),
              "a photo of {}, a type of food.",
              101,
              null,
              RenamedFolders.AS_THEY_ARE),
          new PublishedDataSet(
              "FGVCAircraft",
              List.of("aircraft"),
              "fgvc_aircraft",
              "images",
              List.of(aircraft("images")),
              null,
              List.of(
                  aircraft("variants.txt"),
                  aircraft("images_variant_train.txt"),
                  aircraft("images_variant_val.txt"),
                  aircraft("images_variant_test.txt")),
              "a photo of a {}, a type of aircraft.",
              100,
              null,
              AnnotationLists::aircraft),
          new PublishedDataSet(
              "SUN397",
              List.of("sun"),
              "sun397",
              "SUN397",
              List.of(
                  new Part(
                      "SUN397", "http://vision.princeton.edu/projects/2010/SUN/SUN397.tar.gz")),
              split("SUN397", "1y2RD81BYuiyvebdN-JymPfyWYcd8_MUq"),
              List.of(scenes("ClassName.txt"), scenes("Training_01.txt"), scenes("Testing_01.txt")),
              PHOTO,
              397,
              null,
              AnnotationLists::scenes),
          new PublishedDataSet(
              "DescribableTextures",
              List.of("textures"),
              "dtd",
              "images",
              List.of(new Part("images", VGG + "dtd/download/dtd-r1.0.1.tar.gz")),
              split("DescribableTextures", "1u3_QfB467jqHgNXC00UIzbLZRQCg2S7x"),
              List.of(),
              "a photo of a {}, a type of texture.",
              47,
              null,
              RenamedFolders.AS_THEY_ARE),
          new PublishedDataSet(
              "EuroSAT",
              List.of(),
              "eurosat",
              "2750",
              List.of(new Part("2750", "http://madm.dfki.de/files/sentinel/EuroSAT.zip")),
              split("EuroSAT", "1Ip7yaCWFi0eaOFUGga0lUdVi_DDQth1o"),
              List.of(),
              "a centered satellite photo of {}.",
              10,
              null,
              new RenamedFolders(
                  Set.of(),
                  Map.of(
                      "AnnualCrop", "Annual Crop Land",
                      "HerbaceousVegetation", "Herbaceous Vegetation Land",
                      "Highway", "Highway or Road",
                      "Industrial", "Industrial Buildings",
                      "Pasture", "Pasture Land",
                      "PermanentCrop", "Permanent Crop Land",
                      "Residential", "Residential Buildings",
                      "SeaLake", "Sea or Lake"))),
          new PublishedDataSet(
              "UCF101",
              List.of("ucf"),
              "ucf101",
              "UCF-101-midframes",
              List.of(new Part("UCF-101-midframes", DRIVE + "10Jqome3vtUA2keJkNanAiFpgbyC9Hc2O")),
              split("UCF101", "1I0S0q91hJfsV9Gf4xDIjgDq4AqBNJb1y"),
              List.of(
                  actions("classInd.txt"), actions("trainlist01.txt"), actions("testlist01.txt")),
              "a photo of a person doing {}.",
              101,
              null,
              AnnotationLists::actions),
          shift(
              "ImageNetV2",
              "imagenetv2",
              "imagenetv2-matched-frequency-format-val",
              "https://github.com/modestyachts/ImageNetV2",
              1000,
              ImageNetFolders::byNumber),
          shift(
              "ImageNetSketch",
              "imagenet-sketch",
              "images",
              "https://github.com/HaohanWang/ImageNet-Sketch",
              1000,
              ImageNetFolders::byIdentifier),
          shift(
              "ImageNetA",
              "imagenet-adversarial",
              "imagenet-a",
              "https://github.com/hendrycks/natural-adv-examples",
              200,
              ImageNetFolders::byIdentifier),
          shift(
              "ImageNetR",
              "imagenet-rendition",
              "imagenet-r",
              "https://github.com/hendrycks/imagenet-r",
              200,
              ImageNetFolders::byIdentifier));

  private PublishedDataSets() {}

  private static Part split(String name, String id) {
    return new Part("split_zhou_" + name + ".json", DRIVE + id);
  }

  private static Part aircraft(String path) {
    return new Part(path, VGG + "fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz (its data/)");
  }

  private static Part scenes(String path) {
    return new Part(path, "https://vision.princeton.edu/projects/2010/SUN/download/Partitions.zip");
  }

  private static Part actions(String file) {
    return new Part(
        "ucfTrainTestlist/" + file,
        "https://www.crcv.ucf.edu/data/UCF101/UCF101TrainTestSplits-RecognitionTask.zip");
  }

  private static PublishedDataSet shift(
      String name, String directory, String images, String origin, int classes, Layout layout) {
    return new PublishedDataSet(
        name,
        List.of(),
        directory,
        images,
        List.of(new Part(images, origin)),
        null,
        List.of(
            new Part(CLASS_NAMES.path(), "imagenet/classnames.txt, or " + CLASS_NAMES.origin())),
        PHOTO,
        classes,
        "ImageNet",
        layout);
  }

  /** All of them, in the order of the published tables. */
  public static List<PublishedDataSet> all() {
    return ALL;
  }

  /**
   * The one of that name, of an alias or of its folder's name; case, '_', '-' and spaces do not
   * count.
   */
  public static Optional<PublishedDataSet> find(String name) {
    String wanted = plain(name);
    return ALL.stream()
        .filter(
            entry ->
                Stream.concat(Stream.of(entry.name(), entry.directory()), entry.aliases().stream())
                    .anyMatch(known -> plain(known).equals(wanted)))
        .findFirst();
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "");
  }

  /** The one that a split file of that name belongs to. */
  static Optional<PublishedDataSet> ofSplitFile(String fileName) {
    return ALL.stream()
        .filter(entry -> entry.split() != null && entry.split().path().equals(fileName))
        .findFirst();
  }

  /** The one that lies, whole, in a folder of its own name. */
  static Optional<PublishedDataSet> at(Path folder) {
    String name = Folders.name(folder.toAbsolutePath().normalize());
    return ALL.stream()
        .filter(entry -> entry.directory().equalsIgnoreCase(name))
        .filter(entry -> entry.missing(folder).isEmpty())
        .findFirst();
  }

  /**
   * Opens one of them.
   *
   * @param root the folder that holds the folders of data sets
   * @param name as {@link #find} knows it
   * @throws KgCoopException of the kind CONFIGURATION for another name, DATA where something of it
   *     is missing: the message says what, and where to get it
   */
  public static DataSet open(Path root, String name, DataSetOptions options) {
    PublishedDataSet entry =
        find(name)
            .orElseThrow(
                () ->
                    KgCoopException.configuration(
                        "there is no data set \"%s\"; expected one of %s"
                            .formatted(
                                name,
                                String.join(
                                    ", ", ALL.stream().map(PublishedDataSet::name).toList()))));
    Path folder = root.resolve(entry.directory());
    if (!Files.isDirectory(folder)) {
      throw KgCoopException.data(
          "%s: there is no such folder; expected %s there, see ./kgcoop datasets"
              .formatted(folder, entry.name()));
    }
    List<Part> missing = entry.missing(folder);
    if (!missing.isEmpty()) {
      throw KgCoopException.data(
          "%s: %s is not whole: %s missing (from %s)%s"
              .formatted(
                  folder,
                  entry.name(),
                  Listing.firstOf(missing.stream().map(Part::path).toList()),
                  missing.get(0).origin(),
                  splitInstead(entry, missing)));
    }
    return DataSets.checked(entry.read(folder, options), folder, options);
  }

  private static String splitInstead(PublishedDataSet entry, List<Part> missing) {
    @Nullable Part split = entry.split();
    return split != null && entry.annotations().containsAll(missing)
        ? "; or put " + split.path() + " there"
        : "";
  }
}
