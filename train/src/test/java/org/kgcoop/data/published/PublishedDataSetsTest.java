package org.kgcoop.data.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kgcoop.data.published.Layouts.numbered;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.FewShot;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;
import org.kgcoop.data.open.Shifts;

/**
 * Each published layout in miniature. Python computed the orders of shuffled images: {@code
 * random.seed(1)}, then {@code random.shuffle(list(range(n)))} class by class.
 */
class PublishedDataSetsTest {

  @TempDir Path root;
  private final List<String> warnings = new ArrayList<>();
  private Layouts layouts;

  @BeforeEach
  void makeLayouts() {
    layouts = new Layouts(root);
  }

  private DataSet open(String name) {
    return DataSets.openPublished(root, name, DataSetOptions.defaults(warnings::add));
  }

  private static List<String> keys(List<Item> items) {
    return items.stream().map(Item::key).toList();
  }

  private static List<Integer> labels(List<Item> items) {
    return items.stream().map(Item::label).toList();
  }

  private static List<String> all(List<String> first, List<String> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private void assertRefused(String name, String... reasons) {
    assertThatThrownBy(() -> open(name))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(reasons)
        .hasMessageNotContaining("\n");
  }

  @Test
  void downloadsAreEncryptedAndHaveASizeAndAHash() {
    List<Download.RemoteFile> files =
        PublishedDataSets.all().stream()
            .flatMap(set -> set.missingForTables(root.resolve(set.directory())).stream())
            .map(part -> part.origin().download())
            .filter(Objects::nonNull)
            .flatMap(download -> download.sources().stream())
            .flatMap(source -> source.files().stream())
            .toList();

    assertThat(files).hasSizeGreaterThan(40);
    assertThat(files)
        .allSatisfy(
            file -> {
              assertThat(file.address()).startsWith("https://");
              assertThat(URI.create(file.address()).getHost()).isNotEmpty();
              assertThat(file.bytes()).isPositive();
              assertThat(file.sha256()).matches("[0-9a-f]{64}");
            });
  }

  @Test
  void onlyImageNetNeedsAnAccount() {
    for (PublishedDataSet entry : PublishedDataSets.all()) {
      List<PublishedDataSet.Part> parts = entry.missingForTables(root.resolve("nothing"));
      boolean all = parts.stream().allMatch(PublishedDataSet.Part::isDirect);
      assertThat(all).as(entry.name()).isNotEqualTo(entry.name().equals("ImageNet"));
      assertThat(entry.files().terms()).as(entry.name()).isNotEmpty();
    }
  }

  /** Asserts the images of two classes of 10 in train, val and test. */
  private static void assertTenAndTen(DataSet set, String first, String second) {
    assertThat(keys(set.train()))
        .isEqualTo(all(numbered(first, 6, 8, 9, 7, 5), numbered(second, 4, 8, 2, 6, 5)));
    assertThat(keys(set.val())).isEqualTo(all(numbered(first, 3, 0), numbered(second, 9, 0)));
    assertThat(keys(set.test()))
        .isEqualTo(all(numbered(first, 4, 1, 2), numbered(second, 7, 1, 3)));
    assertThat(labels(set.test())).containsExactly(0, 0, 0, 1, 1, 1);
  }

  /** Asserts that a fifth of 5 images of the first class and of 8 of the second is in val. */
  private static void assertFiveAndEight(DataSet set, String first, String second) {
    assertThat(keys(set.train()))
        .isEqualTo(all(numbered(first, 3, 4, 0, 1), numbered(second, 0, 4, 5, 3, 6, 7)));
    assertThat(keys(set.val())).isEqualTo(all(numbered(first, 2), numbered(second, 1, 2)));
  }

  // Class folders, divided automatically

  @Test
  void caltech101LeavesTwoFoldersOutAndRenamesFour() {
    String images = "caltech-101/101_ObjectCategories/";
    layouts
        .images(images + "BACKGROUND_Google", "%d.jpg", 3)
        .images(images + "Faces_easy", "%d.jpg", 3)
        .images(images + "Faces", "image_%04d.jpg", 10)
        .images(images + "ant", "image_%04d.jpg", 10);

    DataSet set = open("caltech_101");

    assertThat(set.name()).isEqualTo("Caltech101");
    assertThat(set.classNames()).containsExactly("face", "ant");
    assertThat(set.template()).isEqualTo("a photo of a {}.");
    assertTenAndTen(set, "Faces/image_%04d.jpg", "ant/image_%04d.jpg");
    assertThat(set.train().get(0).file()).isEqualTo(root.resolve(images + "Faces/image_0006.jpg"));

    for (String other : List.of("Leopards", "Motorbikes", "airplanes")) {
      layouts.images(images + other, "%d.jpg", 4);
    }
    assertThat(open("Caltech101").classNames())
        .containsExactly("face", "leopard", "motorbike", "airplane", "ant");
  }

  /** The EXIF orientation of published images is ignored. It is used only for other images. */
  @Test
  void imagesAreSeenAsStored() {
    layouts
        .images("food-101/images/apple_pie", "%d.jpg", 10)
        .images("food-101/images/waffles", "%d.jpg", 10);
    DataSet published = open("food101");
    DataSet own = DataSets.open(root.resolve("food-101/images"), DataSetOptions.defaults(w -> {}));

    for (List<Item> part : List.of(published.train(), published.val(), published.test())) {
      assertThat(part).isNotEmpty().allMatch(Item::asStored);
    }
    assertThat(published.select(ClassSplit.NEW).test()).isNotEmpty().allMatch(Item::asStored);
    assertThat(own.train()).isNotEmpty().noneMatch(Item::asStored);
  }

  @Test
  void food101() {
    layouts
        .images("food-101/images/apple_pie", "%d.jpg", 10)
        .images("food-101/images/waffles", "%d.jpg", 10);

    DataSet set = open("food101");

    assertThat(set.classNames()).containsExactly("apple_pie", "waffles");
    assertThat(set.template()).isEqualTo("a photo of {}, a type of food.");
    assertTenAndTen(set, "apple_pie/%d.jpg", "waffles/%d.jpg");
  }

  @Test
  void describableTextures() {
    layouts
        .images("dtd/images/banded", "%d.jpg", 10)
        .images("dtd/images/woven", "%d.jpg", 10)
        .text("dtd/images/banded/.directory", "x");

    DataSet set = open("DTD");

    assertThat(set.name()).isEqualTo("DescribableTextures");
    assertThat(set.template()).isEqualTo("a photo of a {}, a type of texture.");
    assertTenAndTen(set, "banded/%d.jpg", "woven/%d.jpg");
  }

  @Test
  void euroSatHasNamesInWords() {
    List<String> folders =
        List.of(
            "AnnualCrop",
            "Forest",
            "HerbaceousVegetation",
            "Highway",
            "Industrial",
            "Pasture",
            "PermanentCrop",
            "Residential",
            "River",
            "SeaLake");
    folders.forEach(
        name ->
            layouts.images(
                "eurosat/2750/" + name, name + "_%d.jpg", name.equals("AnnualCrop") ? 10 : 4));

    DataSet set = open("EuroSAT");

    assertThat(set.classNames())
        .containsExactly(
            "Annual Crop Land",
            "Forest",
            "Herbaceous Vegetation Land",
            "Highway or Road",
            "Industrial Buildings",
            "Pasture Land",
            "Permanent Crop Land",
            "Residential Buildings",
            "River",
            "Sea or Lake");
    assertThat(set.template()).isEqualTo("a centered satellite photo of {}.");
    assertThat(keys(set.train()).subList(0, 5))
        .isEqualTo(numbered("AnnualCrop/AnnualCrop_%d.jpg", 6, 8, 9, 7, 5));
    assertThat(set.train()).hasSize(5 + 9 * 2);
    assertThat(set.val()).hasSize(2 + 9); // round(0.8) = 1
    assertThat(set.test()).hasSize(3 + 9);
  }

  // Lists

  @Test
  void oxfordPetsNamesBreedsInLowerCaseAndDrawsTheShotsOfPython() {
    layouts.pets();

    DataSet set = open("oxford_pets");

    assertThat(set.name()).isEqualTo("OxfordPets");
    assertThat(set.classNames()).containsExactly("bombay", "beagle");
    assertThat(set.template()).isEqualTo("a photo of a {}, a type of pet.");
    assertFiveAndEight(set, "beagle_%d.jpg", "Bombay_%d.jpg");
    assertThat(labels(set.val())).containsExactly(1, 0, 0);
    assertThat(keys(set.test())).containsExactly("Bombay_9.jpg", "beagle_5.jpg", "Bombay_8.jpg");
    assertThat(labels(set.test())).containsExactly(0, 1, 0);
    assertThat(set.test()).extracting(Item::className).startsWith("bombay", "beagle");

    // Python: random.seed(1), then random.sample of each class of train and of val.
    DataSet drawn = FewShot.draw(set, 2, 1, warnings::add);
    assertThat(keys(drawn.train()))
        .isEqualTo(all(numbered("beagle_%d.jpg", 4, 0), numbered("Bombay_%d.jpg", 0, 5)));
    assertThat(keys(drawn.val()))
        .isEqualTo(all(numbered("beagle_%d.jpg", 2), numbered("Bombay_%d.jpg", 1, 2)));
    assertThat(set.select(ClassSplit.BASE).classNames()).containsExactly("bombay");
  }

  @Test
  void fgvcAircraftHasAListAPart() {
    layouts
        .images("fgvc_aircraft/images", "%07d.jpg", 5)
        .text("fgvc_aircraft/variants.txt", "707-320\nF-16A/B\nCessna 172\n")
        .text(
            "fgvc_aircraft/images_variant_train.txt",
            "0000003 Cessna 172\n0000001 707-320\n0000000 F-16A/B\n")
        .text("fgvc_aircraft/images_variant_val.txt", "0000002 Cessna 172\n")
        .text("fgvc_aircraft/images_variant_test.txt", "0000004 707-320\n");

    DataSet set = open("fgvc-aircraft");

    assertThat(set.classNames()).containsExactly("707-320", "F-16A/B", "Cessna 172");
    assertThat(set.template()).isEqualTo("a photo of a {}, a type of aircraft.");
    assertThat(keys(set.train())).isEqualTo(numbered("%07d.jpg", 3, 1, 0));
    assertThat(labels(set.train())).containsExactly(2, 0, 1);
    assertThat(keys(set.val())).isEqualTo(numbered("%07d.jpg", 2));
    assertThat(keys(set.test())).isEqualTo(numbered("%07d.jpg", 4));
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("no test images of 2 of 3 classes", "F-16A/B", "Cessna 172");
  }

  @Test
  void sun397PutsIndoorBeforeThePlace() {
    String abbey = "/a/abbey/sun_%d.jpg";
    String apse = "/a/apse/indoor/sun_%d.jpg";
    layouts
        .images("sun397/SUN397", abbey, 9)
        .images("sun397/SUN397", apse, 6)
        .text("sun397/ClassName.txt", "/a/abbey\n/a/apse/indoor\n")
        .text(
            "sun397/Training_01.txt",
            String.join(
                "\n", all(numbered(apse, 0, 1, 2, 3, 4), numbered(abbey, 0, 1, 2, 3, 4, 5, 6, 7))))
        .text("sun397/Testing_01.txt", "/a/abbey/sun_8.jpg\n/a/apse/indoor/sun_5.jpg\n");

    DataSet set = open("SUN397");

    assertThat(set.classNames()).containsExactly("abbey", "indoor apse");
    assertFiveAndEight(set, "a/apse/indoor/sun_%d.jpg", "a/abbey/sun_%d.jpg");
    assertThat(labels(set.val())).containsExactly(1, 0, 0);
    assertThat(keys(set.test())).containsExactly("a/abbey/sun_8.jpg", "a/apse/indoor/sun_5.jpg");
    assertThat(set.template()).isEqualTo("a photo of a {}.");
  }

  @Test
  void ucf101SplitsNamesIntoWordsAndVideosIntoFrames() {
    String makeup = "ApplyEyeMakeup/v_%d.avi";
    String archery = "Archery/v_%d.avi";
    layouts
        .images("ucf101/UCF-101-midframes/Apply_Eye_Makeup", "v_%d.jpg", 6)
        .images("ucf101/UCF-101-midframes/Archery", "v_%d.jpg", 9)
        .text("ucf101/ucfTrainTestlist/classInd.txt", "1 ApplyEyeMakeup\r\n2 Archery\r\n")
        .text(
            "ucf101/ucfTrainTestlist/trainlist01.txt",
            String.join(
                "\n",
                all(
                    numbered(makeup + " 1", 0, 1, 2, 3, 4),
                    numbered(archery + " 2", 0, 1, 2, 3, 4, 5, 6, 7))))
        .text(
            "ucf101/ucfTrainTestlist/testlist01.txt", "Archery/v_8.avi\nApplyEyeMakeup/v_5.avi\n");

    DataSet set = open("ucf101");

    assertThat(set.classNames()).containsExactly("Apply_Eye_Makeup", "Archery");
    assertFiveAndEight(set, "Apply_Eye_Makeup/v_%d.jpg", "Archery/v_%d.jpg");
    assertThat(keys(set.test())).containsExactly("Archery/v_8.jpg", "Apply_Eye_Makeup/v_5.jpg");
    assertThat(set.template()).isEqualTo("a photo of a person doing {}.");
  }

  // MATLAB files

  @Test
  void stanfordCarsPutsTheYearFirst() {
    layouts
        .images("stanford_cars/cars_train", "%d.jpg", 13)
        .images("stanford_cars/cars_test", "%d.jpg", 2)
        .classNames(
            "stanford_cars/devkit/cars_meta.mat", "Acura TL Sedan 2012", "BMW M3 Coupe 2010")
        .annotations(
            "stanford_cars/devkit/cars_train_annos.mat", 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1)
        .annotations("stanford_cars/cars_test_annos_withlabels.mat", 1, 2);

    DataSet set = open("stanford-cars");

    assertThat(set.classNames()).containsExactly("2012 Acura TL Sedan", "2010 BMW M3 Coupe");
    // The BMWs are images 0 to 4, the Acuras 5 to 12.
    assertThat(keys(set.train()))
        .isEqualTo(numbered("cars_train/%d.jpg", 3, 4, 0, 1, 5, 5 + 4, 5 + 5, 5 + 3, 5 + 6, 5 + 7));
    assertThat(keys(set.val())).isEqualTo(numbered("cars_train/%d.jpg", 2, 5 + 1, 5 + 2));
    assertThat(labels(set.val())).containsExactly(1, 0, 0);
    assertThat(keys(set.test())).isEqualTo(numbered("cars_test/%d.jpg", 0, 1));
  }

  @Test
  void oxfordFlowersShufflesClassesAsTheyAppear() {
    int[] labels = IntStream.range(0, 15).map(i -> i < 10 ? 2 : 1).toArray();
    layouts
        .images(
            "oxford_flowers/jpg",
            numbered("image_%05d.jpg", IntStream.rangeClosed(1, 15).toArray()))
        .labels("oxford_flowers/imagelabels.mat", labels)
        .text(
            "oxford_flowers/cat_to_name.json",
            "{\"1\": \"pink primrose\", \"2\": \"globe thistle\"}");

    DataSet set = open("Flowers102");

    assertThat(set.name()).isEqualTo("OxfordFlowers");
    assertThat(set.classNames()).containsExactly("pink primrose", "globe thistle");
    assertThat(set.template()).isEqualTo("a photo of a {}, a type of flower.");
    // Position i of the ten thistles is image i + 1, position i of the five primroses i + 11.
    assertThat(keys(set.train())).isEqualTo(numbered("image_%05d.jpg", 7, 9, 10, 8, 6, 13, 14));
    assertThat(keys(set.val())).isEqualTo(numbered("image_%05d.jpg", 4, 1, 15));
    assertThat(keys(set.test())).isEqualTo(numbered("image_%05d.jpg", 5, 2, 3, 11, 12));
    assertThat(labels(set.test())).containsExactly(1, 1, 1, 0, 0);
  }

  // ImageNet and its shifted versions

  private static final String CLASS_NAMES = "n01 tench\nn02 great white shark\nn03 hen\n";

  private void imageNet() {
    layouts
        .images("imagenet/images/train/n02", "%d.JPEG", 2)
        .images("imagenet/images/train/n01", "%d.JPEG", 2)
        .images("imagenet/images/train/n03", "%d.JPEG", 1)
        .images("imagenet/images/val/n01", "v%d.JPEG", 1)
        .images("imagenet/images/val/n02", "v%d.JPEG", 1)
        .images("imagenet/images/val/n03", "v%d.JPEG", 1)
        .text("imagenet/classnames.txt", CLASS_NAMES);
  }

  @Test
  void imageNetIsTestedOnItsValidationImages() {
    imageNet();

    DataSet set = open("ImageNet");

    assertThat(set.classNames()).containsExactly("tench", "great white shark", "hen");
    assertThat(keys(set.train()))
        .containsExactly(
            "train/n01/0.JPEG",
            "train/n01/1.JPEG",
            "train/n02/0.JPEG",
            "train/n02/1.JPEG",
            "train/n03/0.JPEG");
    assertThat(labels(set.train())).containsExactly(0, 0, 1, 1, 2);
    assertThat(set.val()).isEmpty();
    assertThat(keys(set.test()))
        .containsExactly("val/n01/v0.JPEG", "val/n02/v0.JPEG", "val/n03/v0.JPEG");
    assertThat(labels(set.test())).containsExactly(0, 1, 2);
  }

  @Test
  void imageNetV2IsNumberedAsTheNamesAre() {
    imageNet();
    String images = "imagenetv2/imagenetv2-matched-frequency-format-val/";
    for (int i = 0; i < 3; i++) {
      layouts.images(images + i, "%d.jpeg", 1 + i);
    }

    DataSet set = open("imagenet_v2"); // with the class names of ImageNet in its folder

    assertThat(set.classNames()).containsExactly("tench", "great white shark", "hen");
    assertThat(set.train()).isEmpty();
    assertThat(keys(set.test()))
        .containsExactly("0/0.jpeg", "1/0.jpeg", "1/1.jpeg", "2/0.jpeg", "2/1.jpeg", "2/2.jpeg");
    assertThat(labels(set.test())).containsExactly(0, 1, 1, 2, 2, 2);
  }

  @Test
  void imageNetV2RefusesGapsInItsNumbers() {
    layouts
        .images("imagenetv2/imagenetv2-matched-frequency-format-val/0", "%d.jpeg", 1)
        .images("imagenetv2/imagenetv2-matched-frequency-format-val/2", "%d.jpeg", 1)
        .text("imagenetv2/classnames.txt", CLASS_NAMES);

    assertRefused("ImageNetV2", "no folder 1", "0 to 2");
  }

  @Test
  void imageNetSketchHasTheFoldersOfImageNet() {
    layouts
        .images("imagenet-sketch/images/n02", "s%d.JPEG", 1)
        .images("imagenet-sketch/images/n01", "s%d.JPEG", 1)
        .images("imagenet-sketch/images/n03", "s%d.JPEG", 1)
        .text("imagenet-sketch/classnames.txt", CLASS_NAMES);

    DataSet set = open("ImageNet-Sketch");

    assertThat(set.classNames()).containsExactly("tench", "great white shark", "hen");
    assertThat(keys(set.test())).containsExactly("n01/s0.JPEG", "n02/s0.JPEG", "n03/s0.JPEG");
  }

  @Test
  void imageNetAAndRHaveLabelsOfTheirOwn() {
    layouts
        .images("imagenet-adversarial/imagenet-a/n03", "a%d.jpg", 1)
        .images("imagenet-adversarial/imagenet-a/n02", "a%d.jpg", 1)
        .text("imagenet-adversarial/imagenet-a/README.txt", "about")
        .text("imagenet-adversarial/classnames.txt", CLASS_NAMES)
        .images("imagenet-rendition/imagenet-r/n03", "r%d.jpg", 1)
        .images("imagenet-rendition/imagenet-r/n01", "r%d.jpg", 1)
        .text("imagenet-rendition/imagenet-r/README.txt", "about")
        .text("imagenet-rendition/classnames.txt", CLASS_NAMES);

    DataSet adversarial = open("ImageNetA");
    DataSet rendition = open("imagenet-r");

    assertThat(adversarial.classNames()).containsExactly("great white shark", "hen");
    assertThat(keys(adversarial.test())).containsExactly("n02/a0.jpg", "n03/a0.jpg");
    assertThat(labels(adversarial.test())).containsExactly(0, 1);
    assertThat(rendition.classNames()).containsExactly("tench", "hen");
    assertThat(keys(rendition.test())).containsExactly("n01/r0.jpg", "n03/r0.jpg");
  }

  @Test
  void knowsWhichSetsAreShiftedVersions() {
    assertThat(Shifts.of("imagenet"))
        .containsExactly("ImageNetV2", "ImageNetSketch", "ImageNetA", "ImageNetR");
    assertThat(Shifts.of("OxfordPets")).isEmpty();
    assertThat(Shifts.of("own")).isEmpty();
  }

  // Split files, other ways to open, errors

  @Test
  void aSplitFileGoesBeforeTheAnnotations() {
    layouts
        .pets()
        .text(
            "oxford_pets/split_zhou_OxfordPets.json",
            """
            {"train": [["beagle_1.jpg", 1, "beagle"], ["Bombay_1.jpg", 0, "bombay"]], "val": [],
             "test": [["beagle_2.jpg", 1, "beagle"], ["Bombay_2.jpg", 0, "bombay"]]}
            """);

    DataSet set = open("Pets");

    assertThat(keys(set.train())).containsExactly("beagle_1.jpg", "Bombay_1.jpg");
    assertThat(set.template()).isEqualTo("a photo of a {}, a type of pet.");
    assertThat(DataSets.open(root.resolve("oxford_pets"), DataSetOptions.defaults(warnings::add)))
        .isEqualTo(set);
  }

  @Test
  void aFolderOfAKnownNameAndLayoutNeedsNoName() throws Exception {
    layouts.pets();
    Path folder = root.resolve("oxford_pets");

    assertThat(DataSets.open(folder, DataSetOptions.defaults(warnings::add)))
        .isEqualTo(open("OxfordPets"));

    Files.delete(folder.resolve("annotations/test.txt"));
    assertThatThrownBy(() -> DataSets.open(folder, DataSetOptions.defaults(warnings::add)))
        .isInstanceOf(KgCoopException.class); // no longer complete, and without class folders
  }

  @Test
  void namesTheMissingPartsAndTheirOrigin() throws Exception {
    assertRefused("OxfordPets", "oxford_pets", "no such folder");
    assertRefused("cats", "no data set \"cats\"", "OxfordPets", "ImageNetR");

    layouts.pets();
    Files.delete(root.resolve("oxford_pets/annotations/test.txt"));
    assertRefused(
        "OxfordPets",
        "annotations/test.txt missing",
        "annotations.tar.gz",
        "or put split_zhou_OxfordPets.json there");

    PublishedDataSet pets = PublishedDataSets.find("oxfordpets").orElseThrow();
    assertThat(pets.missing(root.resolve("oxford_pets")))
        .extracting(PublishedDataSet.Part::path)
        .containsExactly("annotations/test.txt");
  }

  @Test
  void namesTheEntryOfAnAnnotationThatIsWrong() {
    layouts.pets().text("oxford_pets/annotations/test.txt", "Bombay_9 1 1 1\nBombay_8 one 1 1\n");
    assertRefused("OxfordPets", "test.txt, entry 2", "Bombay_8 one 1 1", "Abyssinian_1 1 1 1");

    layouts.pets().text("oxford_pets/annotations/test.txt", "Bombay_9 2 1 1\n");
    assertRefused("OxfordPets", "test.txt, entry 1", "label 1 is \"bombay\" here and \"beagle\"");

    layouts.pets().text("oxford_pets/annotations/test.txt", "Bombay_9 0 1 1\n");
    assertRefused("OxfordPets", "test.txt, entry 1", "label \"0\"", "from 1");

    layouts.pets().text("oxford_pets/annotations/test.txt", "pug_1 4 1 1\n");
    assertRefused("OxfordPets", "labels go up to 3 but there are none of 2");

    layouts.pets().text("oxford_pets/annotations/test.txt", "pug_1 3 1 1\n");
    assertRefused("OxfordPets", "no training images of 1 classes", "2 (pug)");

    layouts.pets().text("oxford_pets/annotations/test.txt", "Bombay_77 1 1 1\n");
    assertRefused("OxfordPets", "1 of 14 images are missing", "Bombay_77.jpg");
  }

  @Test
  void namesAClassThatIsInNoList() {
    layouts
        .images("fgvc_aircraft/images", "%d.jpg", 1)
        .text("fgvc_aircraft/variants.txt", "707-320\n")
        .text("fgvc_aircraft/images_variant_train.txt", "0 707-320\n0 737-200\n")
        .text("fgvc_aircraft/images_variant_val.txt", "")
        .text("fgvc_aircraft/images_variant_test.txt", "0 707-320\n");
    assertRefused("aircraft", "images_variant_train.txt, entry 2", "\"737-200\"", "1 classes");

    layouts
        .images("imagenet-sketch/images/n09", "%d.JPEG", 1)
        .text("imagenet-sketch/classnames.txt", CLASS_NAMES);
    assertRefused("ImageNetSketch", "classnames.txt has no name of the folders n09");
  }

  @Test
  void rejectsOtherFilesAndLabelsWithoutNames() {
    layouts
        .images("oxford_flowers/jpg", numbered("image_%05d.jpg", 1, 2))
        .text("oxford_flowers/imagelabels.mat", "no MATLAB file")
        .text("oxford_flowers/cat_to_name.json", "{\"1\": \"pink primrose\"}");
    assertRefused("flowers", "imagelabels.mat", "not the expected MATLAB file", "labels");

    layouts.text("oxford_flowers/imagelabels.mat", "MATLAB 7.3 MAT-file, Platform: GLNXA64");
    assertRefused("flowers", "imagelabels.mat", "version 7.3 (HDF5)", "save it in MATLAB with -v7");

    layouts.labels("oxford_flowers/imagelabels.mat", 1, 3);
    assertRefused("flowers", "cat_to_name.json: no name of label 3", "image_00002.jpg");

    layouts
        .images("stanford_cars/cars_train", "%d.jpg", 1)
        .images("stanford_cars/cars_test", "%d.jpg", 1)
        .classNames("stanford_cars/devkit/cars_meta.mat", "Acura TL Sedan 2012")
        .annotations("stanford_cars/devkit/cars_train_annos.mat", 2)
        .annotations("stanford_cars/cars_test_annos_withlabels.mat", 1);
    assertRefused("StanfordCars", "cars_train_annos.mat: class 2 of 0.jpg; expected 1 to 1");
  }

  @Test
  void everyEntryIsKnownByItsNameAndItsFolder() {
    assertThat(PublishedDataSets.all()).hasSize(15);
    for (PublishedDataSet entry : PublishedDataSets.all()) {
      assertThat(PublishedDataSets.find(entry.name())).contains(entry);
      assertThat(PublishedDataSets.find(entry.directory())).contains(entry);
      assertThat(entry.template()).contains("{}");
      assertThat(entry.missing(root.resolve(entry.directory()))).isNotEmpty();
    }
  }

  /** Returns a MATLAB file of a row of bytes, of which only some exist. */
  private static byte[] row(boolean compressed, int claimed, int there) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    head.putInt(14).putInt((int) Math.min(Integer.MAX_VALUE, 56L + claimed)); // matrix
    head.putInt(6).putInt(8).putInt(9).putInt(0); // of unsigned bytes
    head.putInt(5).putInt(8).putInt(1).putInt(claimed);
    head.putInt(1).putInt(6).put("labels\0\0".getBytes(StandardCharsets.US_ASCII));
    head.putInt(2).putInt(claimed);
    ByteArrayOutputStream element = new ByteArrayOutputStream();
    OutputStream out = compressed ? new DeflaterOutputStream(element) : element;
    out.write(head.array(), 0, head.position());
    byte[] megabyte = new byte[1 << 20];
    Arrays.fill(megabyte, (byte) 1);
    for (int left = there; left > 0; left -= megabyte.length) {
      out.write(megabyte, 0, Math.min(left, megabyte.length));
    }
    out.close();
    byte[] text = "MATLAB 5.0 MAT-file".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer file =
        ByteBuffer.allocate(136 + element.size()).order(ByteOrder.LITTLE_ENDIAN).put(text);
    file.position(124).putShort((short) 0x100).putShort((short) ('M' << 8 | 'I'));
    if (compressed) {
      file.putInt(15).putInt(element.size());
    }
    file.put(element.toByteArray());
    return Arrays.copyOf(file.array(), file.position());
  }

  @Test
  void matlabFilesThatClaimMoreThanAnnotationsTakeAreRefused() throws IOException {
    layouts
        .images("oxford_flowers/jpg", numbered("image_%05d.jpg", 1, 2))
        .text("oxford_flowers/cat_to_name.json", "{\"1\": \"rose\"}");
    Path file = root.resolve("oxford_flowers/imagelabels.mat");

    Files.write(file, row(true, 24, 24));
    assertRefused("flowers", "one class, \"rose\""); // reached after successful reading
    Files.write(file, row(true, 70 << 20, 70 << 20));
    assertThat(Files.size(file)).isLessThan(100_000);
    assertRefused("flowers", "imagelabels.mat", "not the expected MATLAB file");
    Files.write(file, row(false, Integer.MAX_VALUE - 64, 800));
    assertRefused("flowers", "imagelabels.mat", "not the expected MATLAB file");
  }
}
