package org.kgcoop.data.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.kgcoop.data.published.Layouts.numbered;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.ClassSplit;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;

/** Each published layout in miniature. */
class PublishedDataSetsTest {

  @TempDir Path root;
  private final List<String> warnings = new ArrayList<>();
  private Layouts layouts;

  @BeforeEach
  void makeLayouts() {
    layouts = new Layouts(root);
  }

  private DataSet open(String name) {
    return DataSets.openPublished(
        root, PublishedDataSets.find(name).orElseThrow(), DataSetOptions.defaults(warnings::add));
  }

  private static List<String> keys(List<Item> items) {
    return items.stream().map(Item::key).toList();
  }

  private static List<Integer> labels(List<Item> items) {
    return items.stream().map(Item::label).toList();
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
            .flatMap(set -> set.missing(root.resolve(set.directory())).stream())
            .map(PublishedDataSet.Part::download)
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
      List<PublishedDataSet.Part> parts = entry.missing(root.resolve("nothing"));
      boolean all = parts.stream().allMatch(PublishedDataSet.Part::isDirect);
      assertThat(all).as(entry.name()).isNotEqualTo(entry.name().equals("ImageNet"));
      assertThat(entry.terms()).as(entry.name()).isNotEmpty();
    }
  }

  /** The EXIF orientation of published images is ignored. It is used only for other images. */
  @Test
  void imagesAreSeenAsStored() {
    layouts.food();
    DataSet published = open("food101");
    DataSet own = DataSets.open(root.resolve("food-101/images"), DataSetOptions.defaults(w -> {}));

    for (List<Item> part : List.of(published.train(), published.test())) {
      assertThat(part).isNotEmpty().allMatch(Item::asStored);
    }
    assertThat(published.select(ClassSplit.NEW).test()).isNotEmpty().allMatch(Item::asStored);
    assertThat(own.train()).isNotEmpty().noneMatch(Item::asStored);
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
        .satisfiesExactly(
            line ->
                assertThat(line)
                    .contains("not the published FGVCAircraft", "3 of 100 classes, 3 of 3334"),
            line ->
                assertThat(line)
                    .contains("no test images of 2 of 3 classes", "F-16A/B", "Cessna 172"));
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
    assertThat(DataSets.shiftsOf("imagenet"))
        .containsExactly("ImageNetV2", "ImageNetSketch", "ImageNetA", "ImageNetR");
    assertThat(DataSets.shiftsOf("OxfordPets")).isEmpty();
    assertThat(DataSets.shiftsOf("own")).isEmpty();
  }

  // Split files, other ways to open, errors

  @Test
  void aSplitFileKeepsItsOrderAndGetsTheTemplateOfTheSet() {
    layouts.food();

    DataSet set = open("food101");

    assertThat(set.name()).isEqualTo("Food101");
    assertThat(set.classNames()).containsExactly("apple_pie", "waffles");
    assertThat(keys(set.train())).containsExactly("waffles/1.jpg", "apple_pie/1.jpg");
    assertThat(set.template()).isEqualTo("a photo of {}, a type of food.");
    assertThat(DataSets.open(root.resolve("food-101"), DataSetOptions.defaults(warnings::add)))
        .isEqualTo(set);
  }

  @Test
  void namesTheMissingPartsAndTheirOrigin() throws Exception {
    assertRefused("OxfordPets", "oxford_pets", "no such folder");

    layouts.food();
    Files.delete(root.resolve("food-101/split_zhou_Food101.json"));
    assertRefused("food", "incomplete: split_zhou_Food101.json missing", "from https://");

    PublishedDataSet food = PublishedDataSets.find("food-101").orElseThrow();
    assertThat(food.missing(root.resolve("food-101")))
        .extracting(PublishedDataSet.Part::path)
        .containsExactly("split_zhou_Food101.json");
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
    layouts.text("fgvc_aircraft/images_variant_train.txt", "0\n");
    assertRefused("aircraft", "images_variant_train.txt, entry 1", "expected \"image variant\"");

    layouts
        .images("imagenet-sketch/images/n09", "%d.JPEG", 1)
        .text("imagenet-sketch/classnames.txt", CLASS_NAMES);
    assertRefused("ImageNetSketch", "classnames.txt has no name of the folders n09");
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
}
