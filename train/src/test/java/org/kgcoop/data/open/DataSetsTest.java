package org.kgcoop.data.open;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.ImageGroupFile;
import org.kgcoop.data.Item;
import org.kgcoop.data.SortedFolder;
import org.kgcoop.files.Folders;
import org.kgcoop.random.PythonRandom;

class DataSetsTest {

  @TempDir Path folder;
  private final List<String> warnings = new ArrayList<>();

  private DataSetOptions options() {
    return DataSetOptions.defaults(warnings::add);
  }

  private DataSet open() {
    return DataSets.open(folder, options());
  }

  private void write(String name, String content) throws Exception {
    Path file = folder.resolve(name);
    Files.createDirectories(Folders.parent(file));
    Files.writeString(file, content);
  }

  private void images(String... names) throws Exception {
    for (String name : names) {
      write(name, name);
    }
  }

  private void assertRefused(String... reasons) {
    assertThatThrownBy(this::open)
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(folder.toString())
        .hasMessageContainingAll(reasons)
        .hasMessageNotContaining("\n");
  }

  private static List<String> keys(List<Item> items) {
    return items.stream().map(Item::key).toList();
  }

  // Split files

  private static final String SPLIT =
      """
      {"train": [["b/1.png", 1, "red_fox"], ["a/1.png", 0, "Ant"]],
       "val": [["a/2.png", 0, "Ant"]], "test": [["b/2.png", 1, "red_fox"]]}
      """;

  @Test
  void readsASplitFileInItsOrder() throws Exception {
    write("split_zhou_Tiny.json", SPLIT);
    images("images/a/1.png", "images/a/2.png", "images/b/1.png", "images/b/2.png");

    DataSet dataSet = open();

    assertThat(dataSet.name()).isEqualTo("Tiny");
    assertThat(dataSet.classNames()).containsExactly("Ant", "red_fox");
    assertThat(keys(dataSet.train())).containsExactly("b/1.png", "a/1.png");
    assertThat(dataSet.train().get(0).file()).isEqualTo(folder.resolve("images/b/1.png"));
    assertThat(dataSet.template()).isNull();
    assertThat(DataSets.open(folder.resolve("split_zhou_Tiny.json"), options())).isEqualTo(dataSet);
  }

  @Test
  void findsImagesNextToTheSplitFileOrInAGivenFolder() throws Exception {
    write("split_zhou_Tiny.json", SPLIT);
    images("2750/a/1.png", "2750/a/2.png", "2750/b/1.png", "2750/b/2.png");

    assertThat(open().val().get(0).file()).isEqualTo(folder.resolve("2750/a/2.png"));

    Path elsewhere = Path.of("/nowhere");
    DataSetOptions options = options().withImages(elsewhere).withCheckFiles(false).withName("T");
    DataSet dataSet = DataSets.open(folder, options);
    assertThat(dataSet.val().get(0).file()).isEqualTo(elsewhere.resolve("a/2.png"));
    assertThat(dataSet.name()).isEqualTo("T");
  }

  @Test
  void missingImagesAreFoundAtOnce() throws Exception {
    write("split_zhou_Tiny.json", SPLIT);
    images("a/1.png");

    assertRefused("3 of 4 images are missing", "b/1.png", "image folder");
  }

  @Test
  void namesTheBadEntryOfASplitFile() throws Exception {
    write("split_zhou_X.json", "{\"train\": [[\"a.png\", 0, \"a\"], [\"b.png\", \"1\", \"b\"]]}");
    assertRefused("train[1]", "[\"b.png\",\"1\",\"b\"]");

    write("split_zhou_X.json", "{\"train\": [[\"a.png\", 0, \"a\"], [\"b.png\", 0, \"b\"]]}");
    assertRefused("train[1]", "label 0", "\"b\"", "\"a\"");

    write("split_zhou_X.json", "{\"train\": [[\"a.png\", 0, \"a\"],\n [\"b.png\", 3, \"b\"]]}");
    assertRefused("up to 3", "none of 1, 2");

    write("split_zhou_X.json", "{\"train\": [[\"a.png\", 2147483647, \"a\"]]}");
    assertRefused("up to 2147483647", "none of 0, 1");

    write("split_zhou_X.json", "{\"train\": [[\"a\\u0000.png\", 0, \"a\"]]}");
    assertRefused("\"a?.png\" is not a valid file path");

    write(
        "split_zhou_X.json", "{\"train\": [[\"a.png\", 0, \"a\"], [\"b\\u0000.png\", 0, \"a\"]]}");
    assertRefused("train[1]", "\"b?.png\" is not a valid file path");

    write("split_zhou_X.json", "{\"train\": [\n[\"a.png\", 0,");
    assertRefused("line 2", "not JSON");

    write("split_zhou_X.json", "[]");
    assertRefused("expected an object");
  }

  @Test
  void refusesAClassThatIsTestedButNotTrained() throws Exception {
    write(
        "split_zhou_X.json",
        "{\"train\": [[\"a.png\", 0, \"a\"]], \"test\": [[\"b.png\", 1, \"b\"]]}");

    assertRefused("no training images of 1 classes", "1 (b)");
  }

  @Test
  void warnsOfAClassThatIsTrainedButNotTested() throws Exception {
    write("split_zhou_Tiny.json", SPLIT);
    images("a/1.png", "a/2.png", "b/1.png", "b/2.png");

    assertThat(open().test()).hasSize(1);
    assertThat(warnings)
        .singleElement()
        .asString()
        .startsWith(folder.toString())
        .contains("no test images of 1 of 2 classes", "label 0 (Ant)");
  }

  @Test
  void asksWhichOfSeveralSplitFilesIsMeant() throws Exception {
    write("split_zhou_A.json", SPLIT);
    write("split_zhou_B.json", SPLIT);

    assertRefused("2 split files", "split_zhou_A.json, split_zhou_B.json");
  }

  // Class folders

  @Test
  void readsFoldersOfATrainAndATestPart() throws Exception {
    images("train/fox/2.png", "train/fox/10.PNG", "train/ant/1.jpg", "test/ant/x.webp");
    images("test/fox/y.gif", "train/ant/.hidden.png", "train/ant/CREDITS.tsv", "train/README");
    write("template.txt", "a drawing of a {}.\n");

    DataSet dataSet = open();

    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(keys(dataSet.train()))
        .containsExactly("train/ant/1.jpg", "train/fox/10.PNG", "train/fox/2.png");
    assertThat(keys(dataSet.test())).containsExactly("test/ant/x.webp", "test/fox/y.gif");
    assertThat(dataSet.val()).isEmpty();
    assertThat(dataSet.template()).isEqualTo("a drawing of a {}.");
    assertThat(dataSet.name()).isEqualTo(folder.getFileName().toString());
  }

  @Test
  void testsOnValIfThereIsNoTest() throws Exception {
    images("train/ant/1.jpg", "val/ant/2.jpg", "train/fox/1.jpg", "val/fox/2.jpg");

    DataSet dataSet = open();

    assertThat(keys(dataSet.test())).containsExactly("val/ant/2.jpg", "val/fox/2.jpg");
    assertThat(dataSet.val()).isEmpty();
    assertThat(warnings).hasSize(1).first().asString().contains("no test images");
  }

  @Test
  void aClassMayBeCalledTrain() throws Exception {
    images("train/1.jpg", "train/2.jpg", "bus/1.jpg", "bus/2.jpg");

    assertThat(open().classNames()).containsExactly("bus", "train");
  }

  @Test
  void splitsClassFoldersAsThePublishedCodeDoes() throws Exception {
    for (int i = 0; i < 10; i++) {
      images("ant/" + i + ".png", "fox/" + i + ".png");
    }
    images("owl/0.png", "owl/1.png", "owl/2.png");
    // Python: random.seed(1), then random.shuffle of 0..9, of 0..9 and of 0..2.
    PythonRandom random = new PythonRandom(1);
    List<Integer> ant = new ArrayList<>(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
    random.shuffle(ant);

    DataSet dataSet = open();

    assertThat(dataSet.train()).hasSize(5 + 5 + 2); // round(1.5) = 2
    assertThat(dataSet.val()).hasSize(2 + 2); // the last of three images is for testing
    assertThat(dataSet.test()).hasSize(3 + 3 + 1);
    assertThat(keys(dataSet.train()).subList(0, 5))
        .isEqualTo(ant.subList(0, 5).stream().map(i -> "ant/" + i + ".png").toList());
    assertThat(open()).isEqualTo(dataSet);
  }

  @Test
  void refusesFoldersWithoutImages() throws Exception {
    images("ant/1.png", "ant/2.png", "fox/README", "owl/deep/README");
    assertRefused("no images in fox, owl");

    images("fox/1.png", "owl/1.png", "owl/2.png");
    assertRefused("class \"fox\" has 1 image", "2 or more");
  }

  @Test
  void imagesInSubfoldersBelongToTheFirstFolder() throws Exception {
    images("ant/2.png", "ant/10.png", "ant/b/1.png", "ant/a/deep/1.png", "ant/.x/1.png");
    images("fox/x/1.png", "fox/y/1.png", "fox/__MACOSX/1.png", "beside.png");
    List<String> notes = new ArrayList<>();

    DataSet dataSet = DataSets.open(folder, options().undivided().withNotes(notes::add));

    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(keys(dataSet.train()))
        .containsExactly(
            "ant/10.png",
            "ant/2.png",
            "ant/a/deep/1.png",
            "ant/b/1.png",
            "fox/x/1.png",
            "fox/y/1.png");
    assertThat(dataSet.train()).allMatch(item -> Files.exists(item.file()));
    assertThat(notes).singleElement().asString().contains("4 images are in subfolders", "ant/a/");
    assertThat(warnings).singleElement().asString().contains("in no class folder", "beside.png");

    DataSet grouped = ImageGroupFile.byFolder(dataSet);
    assertThat(grouped.train().stream().map(Item::group))
        .containsExactly("ant", "ant", "ant/a/deep", "ant/b", "fox/x", "fox/y");
  }

  @Test
  void subfoldersOfPartsBelongToTheirClassToo() throws Exception {
    images("train/ant/1.png", "train/fox/a/1.png", "test/ant/b/1.png", "test/fox/1.png");
    images("owl/1.png"); // next to the parts, as before

    DataSet dataSet = open();

    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(keys(dataSet.train())).containsExactly("train/ant/1.png", "train/fox/a/1.png");
    assertThat(keys(dataSet.test())).containsExactly("test/ant/b/1.png", "test/fox/1.png");
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void aLoopOfLinksIsLeftOut() throws Exception {
    images("ant/1.png", "ant/2.png", "fox/1.png", "fox/2.png");
    Files.createSymbolicLink(folder.resolve("ant/loop"), folder);
    Files.createSymbolicLink(folder.resolve("ant/self"), Path.of("self"));
    Files.createSymbolicLink(folder.resolve("owl"), folder.resolve("fox")); // a class
    Files.createSymbolicLink(folder.resolve("fox/3.png"), folder.resolve("ant/1.png"));

    DataSet dataSet = DataSets.open(folder, options().undivided());

    assertThat(keys(dataSet.train()))
        .containsExactly(
            "ant/1.png",
            "ant/2.png",
            "fox/1.png",
            "fox/2.png",
            "fox/3.png",
            "owl/1.png",
            "owl/2.png",
            "owl/3.png");
    assertThat(warnings).singleElement().asString().contains("left out: ant/loop");
  }

  /** Only a folder that predict wrote is no class. */
  @Test
  void imagesThatPredictSortedAsNoneAreNoClass() throws Exception {
    images("ant/1.png", "ant/2.png", "fox/1.png", "fox/2.png", "none of these/1.png");
    images("none of these/2.png");
    assertThat(open().classNames()).containsExactly("ant", "fox", "none of these");
    assertThat(DataSets.noClass(folder)).isEmpty();

    new SortedFolder("coop", "1", "2", "none of these", Map.of("ant/1.png", "ant")).write(folder);
    List<String> notes = new ArrayList<>();
    DataSet dataSet = DataSets.open(folder, options().undivided().withNotes(notes::add));
    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(notes).singleElement().asString().contains("none of these: ", "--unknown");
    assertThat(DataSets.noClass(folder)).contains(folder.resolve("none of these"));
    assertThat(DataSets.noClass(folder.resolve("absent"))).isEmpty();
  }

  @Test
  void takesClassNamesFromAFile() throws Exception {
    images("train/n02/1.png", "train/n01/1.png", "test/n01/1.png", "test/n02/1.png");

    write("classnames.txt", "n02 red fox\nn01 ant\nn03 owl\n");
    assertThat(open().classNames()).containsExactly("ant", "red fox");

    write("classnames.txt", "Fire ant\nRed fox\n");
    assertThat(open().classNames()).containsExactly("Fire ant", "Red fox");

    write("classnames.txt", "n01 ant\nn03 owl\nn04 cow");
    assertRefused("3 lines for 2 classes", "none for n02");
  }

  @Test
  void aMisspeltFolderInTheListOfNamesIsNamed() throws Exception {
    images("train/n01/1.png", "train/n02/1.png", "test/n01/1.png", "test/n02/1.png");

    write("classnames.txt", "n01 ant\nnO2 red fox\n");
    assertRefused("none for n02", "folder name");
    write("classnames.txt", "n1\tant\nnO2\tred fox\n");
    assertRefused("none for n01, n02");
  }

  @Test
  void namesWithoutFoldersMayBeginLikeOne() throws Exception {
    images("golf/1.png", "golf/2.png", "golf_course/1.png", "golf_course/2.png");
    write("classnames.txt", "golf\nGolf course\n");
    assertThat(open().classNames()).containsExactly("golf", "Golf course");

    write("classnames.txt", "golf ball\ncourse\n");
    assertThat(open().classNames()).containsExactly("golf ball", "course");
  }

  @Test
  void namesOfPartsMayBeginWithCapitals() throws Exception {
    images("Train/ant/1.png", "Train/fox/1.png", "TEST/ant/1.png", "TEST/fox/1.png");
    images("Val/ant/1.png");

    DataSet dataSet = open();

    assertThat(keys(dataSet.train())).containsExactly("Train/ant/1.png", "Train/fox/1.png");
    assertThat(keys(dataSet.val())).containsExactly("Val/ant/1.png");
    assertThat(keys(dataSet.test())).containsExactly("TEST/ant/1.png", "TEST/fox/1.png");
  }

  @Test
  void aClassMayBeEmptyAmongTheValidationImages() throws Exception {
    images("train/ant/1.png", "train/fox/1.png", "test/ant/1.png", "test/fox/1.png");
    images("val/ant/1.png", "val/fox/README", "val/owl/README");

    DataSet dataSet = open();

    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(keys(dataSet.val())).containsExactly("val/ant/1.png");
  }

  @Test
  void imagesOfOtherKindsAreCountedAndNamed() throws Exception {
    images("train/ant/1.png", "train/fox/1.jfif", "test/ant/1.jpe", "test/fox/1.png");
    images("train/ant/2.jp2", "train/ant/3.JXL", "test/fox/4.ppm");

    assertThat(open().train()).hasSize(2);
    assertThat(warnings)
        .singleElement()
        .asString()
        .contains("3 images are left out", "1 .jp2, 1 .jxl, 1 .ppm", "ant/2.jp2");

    images("train/owl/1.j2k");
    assertRefused("no images in train/owl", "1 .j2k");
  }

  @Test
  void reportsThatItDividesTheImages() throws Exception {
    images("ant/1.png", "ant/2.png", "fox/1.png", "fox/2.png");
    List<String> notes = new ArrayList<>();

    DataSet unused = DataSets.open(folder, options().withNotes(notes::add));

    assertThat(warnings).isEmpty();
    assertThat(notes)
        .singleElement()
        .asString()
        .startsWith(folder + ": no train and test parts")
        .contains("2 train, 0 val, 2 test");
  }

  @Test
  void rejectsASingleClassAndNamesIgnoredLists() throws Exception {
    images("images/1.png", "images/2.png", "images/3.png", "labels.csv", "notes.txt");

    assertRefused("images", "one class", "ignored lists: labels.csv", "metadata.csv");

    write("manifest.csv", "path,label\nimages/1.png,ant\nimages/2.png,ant\n");
    assertRefused("one class, \"ant\"", "two classes");
  }

  @Test
  void namesAListThatItIgnoresNextToClasses() throws Exception {
    images("images/1.png", "images/2.png", "masks/1.png", "masks/2.png", "labels.tsv");

    assertThat(open().classNames()).containsExactly("images", "masks");
    assertThat(warnings).singleElement().asString().contains("labels.tsv", "manifest.csv");
  }

  @Test
  void stepsIntoASingleFolder() throws Exception {
    images("pets/ant/1.png", "pets/ant/2.png", "pets/fox/1.png", "pets/fox/2.png");
    write("pets/template.txt", "one {}");

    DataSet dataSet = open();

    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(dataSet.template()).isEqualTo("one {}");
    assertThat(dataSet.name()).isEqualTo(folder.getFileName().toString());
  }

  // Metadata of Hugging Face

  @Test
  void readsMetadataOfAFolder() throws Exception {
    images("images/1.png", "images/2.png", "images/3.png", "images/4.png");
    write(
        "metadata.csv",
        """
        file_name,caption,label
        images/1.png,x,fox
        images/2.png,x,ant
        images/3.png,x,fox
        images/4.png,x,ant
        """);

    DataSet dataSet = open();

    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(dataSet.train()).hasSize(2);
    assertThat(dataSet.test()).hasSize(2);
  }

  @Test
  void readsMetadataOfPartsOrOfImagesInParts() throws Exception {
    images("train/1.png", "train/2.png", "validation/1.png", "validation/2.png");
    write("train/metadata.csv", "file_name,label\n1.png,fox\n2.png,ant\n");
    write(
        "validation/metadata.jsonl",
        """
        {"file_name": "1.png", "label": "ant"}
        {"file_name": "2.png", "label": "fox"}
        """);

    DataSet dataSet = open();

    assertThat(dataSet.classNames()).containsExactly("ant", "fox");
    assertThat(keys(dataSet.train())).containsExactly("train/1.png", "train/2.png");
    assertThat(keys(dataSet.test())).containsExactly("validation/1.png", "validation/2.png");
    assertThat(warnings).singleElement().asString().contains("those of val are used for testing");

    Files.delete(folder.resolve("train/metadata.csv"));
    Files.delete(folder.resolve("validation/metadata.jsonl"));
    write(
        "metadata.csv",
        """
        File_Name,Label
        train/1.png,fox
        train/2.png,ant
        validation/1.png,ant
        ./validation/2.png,fox
        """);
    assertThat(open().train()).isEqualTo(dataSet.train());
    assertThat(keys(open().test())).containsExactly("validation/1.png", "./validation/2.png");
  }

  @Test
  void metadataWithoutLabelsLeavesTheClassesToTheFolders() throws Exception {
    images("train/ant/1.png", "train/fox/1.png", "test/ant/1.png", "test/fox/1.png");
    write("train/metadata.csv", "file_name,caption\nant/1.png,a label\n");

    assertThat(open().classNames()).containsExactly("ant", "fox");
    assertThat(warnings).singleElement().asString().contains("metadata.csv", "label");
  }

  @Test
  void warnsOfNamesThatAPromptCannotTellApart() throws Exception {
    images("train/red_fox/1.png", "train/Red fox/1.png");
    images("test/red_fox/1.png", "test/Red fox/1.png");

    assertThat(open().classNames()).containsExactly("Red fox", "red_fox");
    assertThat(warnings)
        .hasSize(1)
        .first()
        .asString()
        .contains("\"Red fox\" (label 0)", "\"red_fox\" (label 1)", "rename");
  }

  @Test
  void listsTheSupportedLayouts() throws Exception {
    assertRefused("no data set found", "split_zhou_*.json", "manifest.csv", "per class");

    assertThatThrownBy(() -> DataSets.open(folder.resolve("absent"), options()))
        .hasMessageContaining("no such file or folder");
    write("data.txt", "x");
    assertThatThrownBy(() -> DataSets.open(folder.resolve("data.txt"), options()))
        .hasMessageContaining("not a data set");
  }

  @Test
  void aTemplateNeedsAPlaceForTheName() throws Exception {
    images("train/ant/1.png", "test/ant/1.png", "train/fox/1.png", "test/fox/1.png");

    assertThat(DataSets.open(folder, options().withTemplate("one {}")).template())
        .isEqualTo("one {}");
    assertThatThrownBy(() -> DataSets.open(folder, options().withTemplate("one")))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("has no {}");
  }
}
