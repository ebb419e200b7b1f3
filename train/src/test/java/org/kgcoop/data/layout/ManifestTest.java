package org.kgcoop.data.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.DataSets;

class ManifestTest {

  @TempDir Path folder;

  @BeforeEach
  void writeImages() throws Exception {
    for (String name : List.of("a.png", "b, c.png", "d.png", "e.png")) {
      Files.writeString(folder.resolve(name), name);
    }
  }

  private DataSet open(String name, String content) throws Exception {
    Files.writeString(folder.resolve(name), content);
    return DataSets.open(folder.resolve(name), DataSetOptions.defaults(warning -> {}));
  }

  private void assertRefused(String name, String content, String... reasons) {
    assertThatThrownBy(() -> open(name, content))
        .isInstanceOf(KgCoopException.class)
        .hasMessageStartingWith(folder.resolve(name).toString())
        .hasMessageContainingAll(reasons)
        .hasMessageNotContaining("\n");
  }

  private static final String CSV =
      """
      \ufeffsplit,label,path,note
      train,red fox,a.png,x
      val,ant,"b, c.png",
      TEST,ant,d.png,"two
      lines"
      train,ant,./e.png,
      """;

  private static final String JSON_LINES =
      """
      {"path": "a.png", "label": "red fox", "split": "train", "note": 1}

      {"path": "b, c.png", "label": "ant", "split": "val"}
      {"path": "d.png", "label": "ant", "split": "test"}
      {"path": "./e.png", "label": "ant", "split": "train"}
      """;

  @Test
  void readsCsvWithQuotedFieldsAndOtherColumns() throws Exception {
    DataSet dataSet = open("manifest.csv", CSV);

    assertThat(dataSet.classNames()).containsExactly("ant", "red fox");
    assertThat(dataSet.train()).extracting(Item::key).containsExactly("a.png", "./e.png");
    assertThat(dataSet.train()).extracting(Item::label).containsExactly(1, 0);
    assertThat(dataSet.val()).extracting(Item::key).containsExactly("b, c.png");
    assertThat(dataSet.test()).extracting(Item::className).containsExactly("ant");
    assertThat(DataSets.open(folder, DataSetOptions.defaults(w -> {}))).isEqualTo(dataSet);
  }

  @Test
  void imagesOutsideOfTheFolderAreRefusedUnlessTheyAreAllowed() throws Exception {
    Path inside = Files.createDirectories(folder.resolve("list"));
    String above = "path,label,split\n../a.png,ant,train\n../d.png,fox,train\n";
    String absolute = above.replace("../a.png", folder.resolve("a.png").toString());
    for (String list : List.of(above, absolute)) {
      assertRefused(
          "list/manifest.csv", list, "line 2", "a.png\" lies outside of", "--allow-outside");
      DataSetOptions allowed = DataSetOptions.defaults(w -> {}).withAllowOutside(true);
      assertThat(DataSets.open(inside, allowed).train())
          .allSatisfy(item -> assertThat(item.file()).exists());
    }
    String split =
        """
        {"train": [["../a.png", 0, "ant"], ["../d.png", 1, "fox"]]}
        """;
    assertRefused("list/split_zhou_own.json", split, "train[0]", "lies outside of");
    assertThat(open("manifest.csv", above.replace("../", "list/../")).train()).hasSize(2);
  }

  @Test
  void readsTheSameFromJsonLines() throws Exception {
    assertThat(open("manifest.jsonl", JSON_LINES)).isEqualTo(open("manifest.csv", CSV));
  }

  @Test
  void columnsMayBeginWithCapitals() throws Exception {
    DataSet dataSet = open("manifest.csv", CSV.replace("split,label,path", "Split,LABEL,Path"));

    assertThat(dataSet).isEqualTo(open("manifest.csv", CSV));
    assertThat(open("manifest.jsonl", JSON_LINES.replace("\"label\"", "\"Label\"")))
        .isEqualTo(dataSet);
  }

  @Test
  void splitsIfNoSplitIsGiven() throws Exception {
    DataSet dataSet = open("own.csv", "path,label\nd.png,x\na.png,x\n\"b, c.png\",y\ne.png,y\n");

    assertThat(dataSet.train()).hasSize(2);
    assertThat(dataSet.test()).hasSize(2);
  }

  @Test
  void namesTheLineThatIsWrong() {
    assertRefused("m.csv", "file,label\na.png,x\n", "line 1", "[file, label]", "path, label");
    assertRefused(
        "m.csv", "path,label,split\na.png,x,train\nd.png,x,dev\n", "line 3", "\"dev\"", "train");
    assertRefused("m.csv", "path,label,split\na.png,,train\n", "line 2", "empty label");
    assertRefused("m.csv", "path,label,split\n", "no images");
    assertRefused("m.csv", "path,label,split\na.png\n", "line 2", "empty label");
    assertRefused(
        "m.csv", "path,label,split\na.png,x,train\nd.png,x\n", "line 3", "CSV", "2 fields, 3 in");
    assertRefused("m.jsonl", "\n{\"path\": \"a.png\"}\n", "line 2", "\"label\": text");
    assertRefused("m.jsonl", "{\"path\": ", "line 1", "not JSON");
    assertRefused(
        "m.csv", "path,label,split\nz.png,x,train\na.png,y,train\n", "1 of 2 images are missing");
  }

  @Test
  void anImageWithoutASplitIsAnErrorIfOthersHaveOne() {
    assertRefused(
        "m.csv", "path,label,split\na.png,x,train\nd.png,x,\n", "line 3", "split \"\"", "train");
    assertRefused(
        "m.jsonl",
        """
        {"path": "a.png", "label": "x", "split": "train"}
        {"path": "d.png", "label": "x"}
        """,
        "line 2",
        "expected train, val or test");
  }

  @Test
  void aPathThatNoFileCanHaveIsNamedByItsLine() {
    assertRefused(
        "m.csv", "path,label,split\na.png,x,train\nd\u0000.png,x,test\n", "line 3", "d?.png");
    assertRefused(
        "m.jsonl",
        "{\"path\": \"a\\u0000.png\", \"label\": \"x\"}\n",
        "line 1",
        "is not a valid file path");
  }

  @Test
  void aFileThatIsNotUtf8IsReportedInPlainWords() throws Exception {
    Path file = folder.resolve("m.jsonl");
    Files.write(file, "{\"path\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> DataSets.open(file, DataSetOptions.defaults(warning -> {})))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(file + ": cannot be read: it is not UTF-8 text; save it as UTF-8");
    Path table = folder.resolve("m.csv");
    Files.write(table, "path,label\na.png,caf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> DataSets.open(table, DataSetOptions.defaults(warning -> {})))
        .isInstanceOf(KgCoopException.class)
        .hasMessage(table + ", line 2: not UTF-8 text; save it as UTF-8");
  }

  @Test
  void rejectsAHeaderWithAColumnTwice() {
    assertThatThrownBy(() -> open("m.csv", "path,path,label\na.png,b.png,x\n"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("not CSV with one header line: ")
        .hasMessageContaining("uplicate")
        .hasMessageNotContaining("Exception");
  }

  @Test
  void halfOfASurrogatePairIsNeitherLabelNorPath() {
    assertRefused(
        "labels.jsonl",
        """
        {"path": "a.png", "label": "ant"}
        {"path": "d.png", "label": "\\ud83d fox"}
        """,
        "line 2: label '? fox': contains \\ud83d, half of a surrogate pair");
    assertRefused(
        "split_zhou_X.json",
        "{\"train\": [[\"a.png\", 0, \"\\ud800\"]], \"val\": [], \"test\": []}",
        "train[0]: class name '?'");
    assertRefused(
        "paths.jsonl", "{\"path\": \"\\udc00.png\", \"label\": \"ant\"}", "line 1: path '?.png'");
  }
}
