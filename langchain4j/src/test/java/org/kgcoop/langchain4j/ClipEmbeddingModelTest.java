package org.kgcoop.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.AudioContent;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.Item;
import org.kgcoop.data.open.EmbeddedDataSets;
import org.kgcoop.example.ImageSearch;

class ClipEmbeddingModelTest {
  @TempDir static Path folder;
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

  /** Returns a copy outside of the archive of the data set. */
  private static Path copied(Item item) {
    try {
      byte[] bytes = Files.readAllBytes(item.file());
      return Files.write(folder.resolve(item.className() + "-" + item.file().getFileName()), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aTextFindsTheImagesThatShowIt() {
    List<String> names = List.of("umbrella", "rocket", "tree", "train");
    List<Item> items =
        data.test().stream().filter(item -> names.contains(item.className())).toList();
    List<Path> files = items.stream().map(ClipEmbeddingModelTest::copied).toList();
    for (String name : names) {
      List<String> found = ImageSearch.find(clip, files, "an icon of a %s.".formatted(name), 1);
      assertThat(Path.of(found.get(0)).getFileName().toString()).startsWith(name + "-");
    }
  }

  private static List<Embedding> embed(Content... inputs) {
    List<EmbeddingInput> all = Stream.of(inputs).map(EmbeddingInput::from).toList();
    return model.embed(EmbeddingRequest.builder().inputs(all).build()).embeddings();
  }

  @Test
  void embeddingsAreThoseOfTheLibraryInTheOrderOfTheRequest() throws IOException {
    Path file = copied(data.test().get(0));
    Embedding image = Embedding.from(Embedder.unit(clip).embed(file));
    Embedding tent = Embedding.from(Embedder.unit(clip).embedText("a tent"));
    String base64 = Base64.getEncoder().encodeToString(Files.readAllBytes(file));
    assertThat(
            embed(
                ImageContent.from(file.toUri()),
                TextContent.from("a tent"),
                ImageContent.from(base64, "image/png")))
        .containsExactly(image, tent, image);
    assertThat(model.embedAll(List.of(TextSegment.from("a tent"))).content()).containsExactly(tent);
    assertThat(model.embed("a tent").content()).isEqualTo(tent);
    assertThat(model.embedAll(List.of()).content()).isEmpty();
    assertThat(model.dimension()).isEqualTo(tent.dimension());
    assertThat(model.supportedContentTypes())
        .containsExactlyInAnyOrder(ContentType.TEXT, ContentType.IMAGE);
  }

  @Test
  void rejectsOtherInput() {
    assertThatThrownBy(() -> embed(ImageContent.from("https://example.org/a.png")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("local file, got https://example.org/a.png");
    assertThatThrownBy(() -> embed(ImageContent.from("AAEC", "image/png")))
        .isInstanceOf(KgCoopException.class);
    assertThatThrownBy(() -> embed(AudioContent.from("https://example.org/a.mp3")))
        .isInstanceOf(UnsupportedFeatureException.class);
    assertThatThrownBy(() -> model.embed("word ".repeat(1000))).isInstanceOf(KgCoopException.class);
    EmbeddingRequest both =
        EmbeddingRequest.builder().input(TextContent.from("a"), TextContent.from("b")).build();
    assertThatThrownBy(() -> model.embed(both))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("one text or one image, got 2 parts");
  }
}
