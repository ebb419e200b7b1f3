package org.kgcoop.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.example.ImageSearch;

class ClipEmbeddingModelTest {
  private static Clip clip;
  private static ClipEmbeddingModel model;
  private static DataSet data;

  @BeforeAll
  static void open() {
    clip = Clip.load("embedded");
    model = new ClipEmbeddingModel(clip);
    data = EmbeddedDataSets.open("places", DataSetOptions.defaults(warning -> {}));
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  @Test
  void aTextFindsTheImagesThatShowIt() {
    List<String> names = List.of("umbrella", "rocket", "tree", "train");
    List<Item> items =
        data.test().stream().filter(item -> names.contains(item.className())).toList();
    for (String name : names) {
      List<String> found =
          ImageSearch.find(
              clip, items.stream().map(Item::file).toList(), "an icon of a %s.".formatted(name), 1);
      assertThat(items)
          .filteredOn(item -> item.file().toString().equals(found.get(0)))
          .singleElement()
          .extracting(Item::className)
          .isEqualTo(name);
    }
  }

  @Test
  void embeddingsAreThoseOfTheLibraryInEveryForm(@TempDir Path folder) throws IOException {
    byte[] bytes = Files.readAllBytes(data.test().get(0).file());
    Path file = Files.write(folder.resolve("image.png"), bytes);
    float[] expected = Embedder.unit(clip).embed(file);
    String base64 = Base64.getEncoder().encodeToString(bytes);
    List<Embedding> all =
        model
            .embedAllImages(
                List.of(
                    file,
                    bytes,
                    ImageContent.from(base64, "image/png"),
                    ImageContent.from(file.toUri())))
            .content();
    assertThat(all).hasSize(4).containsOnly(Embedding.from(expected));
    assertThat(model.embedImage(file).content()).isEqualTo(all.get(0));
    assertThat(model.embedImage(bytes).content()).isEqualTo(all.get(0));
    assertThat(model.embedImage(ImageContent.from(base64, "image/png")).content())
        .isEqualTo(all.get(0));
    assertThat(model.dimension()).isEqualTo(expected.length);
    assertThat(model.embedAll(List.of(TextSegment.from("a tent"))).content().get(0).vector())
        .isEqualTo(Embedder.unit(clip).embedText("a tent"));
    assertThat(model.embedAll(List.of()).content()).isEmpty();
  }

  @Test
  void rejectsOtherInput() {
    assertThatThrownBy(() -> model.embedImage(ImageContent.from("https://example.org/a.png")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("local file, got https://example.org/a.png");
    assertThatThrownBy(() -> model.embedImage(new byte[] {1, 2}))
        .isInstanceOf(KgCoopException.class);
    assertThatThrownBy(() -> model.embed("word ".repeat(1000))).isInstanceOf(KgCoopException.class);
    assertThatThrownBy(() -> model.embedAllImages(List.of("a.png")))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ImageSearch", "PhotoController"})
  void theDocumentShowsTheExample(String name) throws IOException {
    String source = Files.readString(Path.of("src/test/java/org/kgcoop/example/" + name + ".java"));
    assertThat(Files.readString(Path.of("../docs/how-to/use-from-java.md")))
        .contains("```java\n" + source.substring(source.indexOf("import ")) + "```\n");
  }
}
