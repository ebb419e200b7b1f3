package org.kgcoop.example;

import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.store.embedding.EmbeddingMatch;
import dev.langchain4j.store.embedding.EmbeddingSearchRequest;
import dev.langchain4j.store.embedding.inmemory.InMemoryEmbeddingStore;
import java.nio.file.Path;
import java.util.List;
import org.kgcoop.clip.Clip;
import org.kgcoop.langchain4j.ClipEmbeddingModel;

/** Finds images by a text. */
public final class ImageSearch {
  private ImageSearch() {}

  /** Returns the files that match the text best. */
  public static List<String> find(Clip clip, List<Path> images, String text, int count) {
    ClipEmbeddingModel model = new ClipEmbeddingModel(clip);
    InMemoryEmbeddingStore<TextSegment> store = new InMemoryEmbeddingStore<>();
    EmbeddingRequest request =
        EmbeddingRequest.builder()
            .inputs(
                images.stream()
                    .map(file -> EmbeddingInput.from(ImageContent.from(file.toUri())))
                    .toList())
            .build();
    store.addAll(
        model.embed(request).embeddings(),
        images.stream().map(file -> TextSegment.from(file.toString())).toList());
    EmbeddingSearchRequest query =
        EmbeddingSearchRequest.builder()
            .queryEmbedding(model.embed(text).content())
            .maxResults(count)
            .build();
    return store.search(query).matches().stream()
        .map(EmbeddingMatch::embedded)
        .map(TextSegment::text)
        .toList();
  }
}
