package org.kgcoop.data.published;

import static org.kgcoop.data.published.Origin.archive;
import static org.kgcoop.data.published.Origin.byHand;
import static org.kgcoop.data.published.Origin.file;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.published.PublishedDataSet.Part;

/** The entries of {@link PublishedDataSets}: layouts, prompts, origins and terms. */
final class PublishedDataSetList {

  private static final String PHOTO = "a photo of a {}.";
  private static final String DRIVE = "https://drive.google.com/file/d/";
  private static final String VGG = "https://www.robots.ox.ac.uk/~vgg/data/";
  private static final String CALTECH = "https://data.caltech.edu/records/mzrjq-6wc02";
  private static final String EUROSAT = "https://zenodo.org/records/7711810";
  private static final Part CLASS_NAMES =
      new Part("classnames.txt", byHand(DRIVE + "1-61f_ol79pViBFDG_IDlUQSwoLcn2XXF"));

  private static final PublishedDataSet IMAGENET =
      new PublishedDataSet(
          "ImageNet",
          List.of(),
          "imagenet",
          "images",
          List.of(
              new Part("images/train", byHand("https://image-net.org (after registration)")),
              new Part("images/val", byHand("https://image-net.org, sorted into class folders")),
              CLASS_NAMES),
          null,
          List.of(),
          "",
          PHOTO,
          1000,
          null,
          ImageNetFolders::imageNet);

  /** In the order of the published tables. */
  static final List<PublishedDataSet> ALL =
      List.of(
          IMAGENET,
          new PublishedDataSet(
              "Caltech101",
              List.of(),
              "caltech-101",
              "101_ObjectCategories",
              List.of(
                  new Part(
                      "101_ObjectCategories",
                      archive(CALTECH + "/files/caltech-101.zip", "caltech-101", ""))),
              split("Caltech101", "1hyarUivQE36mY6jSomru6Fjd-JzwcCzN"),
              List.of(),
              "CC BY 4.0, " + CALTECH,
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
              List.of(new Part("images", archive(VGG + "pets/data/images.tar.gz", "", ""))),
              split("OxfordPets", "1501r8Ber4nNKvmlFVQZ8SeUHTcdTTEqs"),
              List.of(
                  new Part(
                      "annotations/trainval.txt",
                      archive(VGG + "pets/data/annotations.tar.gz", "", "")),
                  new Part(
                      "annotations/test.txt",
                      archive(VGG + "pets/data/annotations.tar.gz", "", ""))),
              "CC BY-SA 4.0, " + VGG + "pets/",
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
                  new Part("cars_train", cars("car196/cars_train.tgz")),
                  new Part("cars_test", cars("car196/cars_test.tgz"))),
              split("StanfordCars", "1ObCFbaAgVu0I-k_Au-gIUcefirdAuizT"),
              List.of(
                  new Part("devkit/cars_train_annos.mat", cars("cars/car_devkit.tgz")),
                  new Part("devkit/cars_meta.mat", cars("cars/car_devkit.tgz")),
                  new Part(
                      "cars_test_annos_withlabels.mat",
                      cars("car196/cars_test_annos_withlabels.mat"))),
              "",
              PHOTO,
              196,
              null,
              MatlabAnnotations::cars),
          new PublishedDataSet(
              "OxfordFlowers",
              List.of("OxfordFlowers102", "Flowers102", "flowers"),
              "oxford_flowers",
              "jpg",
              List.of(new Part("jpg", archive(VGG + "flowers/102/102flowers.tgz", "", ""))),
              split("OxfordFlowers", "1Pp0sRXzZFZq15zVOzKjKBu4A9i01nozT"),
              List.of(
                  new Part("imagelabels.mat", file(VGG + "flowers/102/imagelabels.mat")),
                  new Part(
                      "cat_to_name.json", byHand(DRIVE + "1AkcxCXeK_RCGCEC_GvmWxjcjaNhu-at0"))),
              "for research, " + VGG + "flowers/102/",
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
                      "images",
                      archive(
                          "http://data.vision.ee.ethz.ch/cvl/food-101.tar.gz", "food-101", ""))),
              split("Food101", "1QK0tGi096I0Ba6kggatX1ee6dJFIcEJl"),
              List.of(),
              "for research, https://data.vision.ee.ethz.ch/cvl/datasets_extra/food-101/",
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
              "non-commercial research, " + VGG + "fgvc-aircraft/",
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
                      "SUN397",
                      byHand(
                          "http://vision.princeton.edu/projects/2010/SUN/SUN397.tar.gz (37 GB)"))),
              split("SUN397", "1y2RD81BYuiyvebdN-JymPfyWYcd8_MUq"),
              List.of(scenes("ClassName.txt"), scenes("Training_01.txt"), scenes("Testing_01.txt")),
              "",
              PHOTO,
              397,
              null,
              AnnotationLists::scenes),
          new PublishedDataSet(
              "DescribableTextures",
              List.of("textures"),
              "dtd",
              "images",
              List.of(
                  new Part("images", archive(VGG + "dtd/download/dtd-r1.0.1.tar.gz", "dtd", ""))),
              split("DescribableTextures", "1u3_QfB467jqHgNXC00UIzbLZRQCg2S7x"),
              List.of(),
              "for research, " + VGG + "dtd/",
              "a photo of a {}, a type of texture.",
              47,
              null,
              RenamedFolders.AS_THEY_ARE),
          new PublishedDataSet(
              "EuroSAT",
              List.of(),
              "eurosat",
              "2750",
              List.of(
                  new Part(
                      "2750", archive(EUROSAT + "/files/EuroSAT_RGB.zip", "EuroSAT_RGB", "2750"))),
              split("EuroSAT", "1Ip7yaCWFi0eaOFUGga0lUdVi_DDQth1o"),
              List.of(),
              "MIT, " + EUROSAT,
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
              List.of(
                  new Part(
                      "UCF-101-midframes", byHand(DRIVE + "10Jqome3vtUA2keJkNanAiFpgbyC9Hc2O"))),
              split("UCF101", "1I0S0q91hJfsV9Gf4xDIjgDq4AqBNJb1y"),
              List.of(
                  actions("classInd.txt"), actions("trainlist01.txt"), actions("testlist01.txt")),
              "",
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

  private PublishedDataSetList() {}

  private static Part split(String name, String id) {
    return new Part("split_zhou_" + name + ".json", byHand(DRIVE + id));
  }

  private static Origin cars(String path) {
    return byHand(
        "https://ai.stanford.edu/~jkrause/" + path + " (no longer there; CoOp names mirrors)");
  }

  private static Part aircraft(String path) {
    return new Part(
        path,
        archive(
            VGG + "fgvc-aircraft/archives/fgvc-aircraft-2013b.tar.gz",
            "fgvc-aircraft-2013b/data",
            ""));
  }

  private static Part scenes(String path) {
    return new Part(
        path, byHand("https://vision.princeton.edu/projects/2010/SUN/download/Partitions.zip"));
  }

  private static Part actions(String file) {
    return new Part(
        "ucfTrainTestlist/" + file,
        byHand("https://www.crcv.ucf.edu/data/UCF101/UCF101TrainTestSplits-RecognitionTask.zip"));
  }

  private static PublishedDataSet shift(
      String name,
      String directory,
      String images,
      String origin,
      int classes,
      Function<RawData, DataSet> layout) {
    return new PublishedDataSet(
        name,
        List.of(),
        directory,
        images,
        List.of(new Part(images, byHand(origin))),
        null,
        List.of(
            new Part(
                CLASS_NAMES.path(), byHand("imagenet/classnames.txt, or " + CLASS_NAMES.origin()))),
        "",
        PHOTO,
        classes,
        IMAGENET,
        layout);
  }
}
