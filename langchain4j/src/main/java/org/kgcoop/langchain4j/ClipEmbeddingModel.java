package org.kgcoop.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.Content;
import dev.langchain4j.data.message.ContentType;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;

/**
 * An embedding model for texts and images. A text and a matching image have similar embeddings, so
 * a text finds images in an embedding store.
 *
 * <pre>{@code
 * ClipEmbeddingModel model = new ClipEmbeddingModel(clip);
 * EmbeddingRequest photo =
 *     EmbeddingRequest.builder().input(ImageContent.from(Path.of("a.jpg").toUri())).build();
 * store.add(model.embed(photo).embeddings().get(0), TextSegment.from("a.jpg"));
 * store.search(
 *     EmbeddingSearchRequest.builder()
 *         .queryEmbedding(model.embed("a photo of a beach").content())
 *         .build());
 * }</pre>
 *
 * <p>Embeddings have unit length. CLIP knows short texts, such as captions: a text that is longer
 * than the model's context length is rejected. The model is thread-safe, as long as the {@link
 * Clip} is open. Close the {@link Clip} after it.
 */
public final class ClipEmbeddingModel implements EmbeddingModel {
  private final Embedder embedder;

  /** Creates an embedding model. The {@link Clip} stays open. */
  public ClipEmbeddingModel(Clip clip) {
    embedder = Embedder.unit(clip);
  }

  /** Returns text and images. */
  @Override
  public Set<ContentType> supportedContentTypes() {
    return Set.of(ContentType.TEXT, ContentType.IMAGE);
  }

  /**
   * Computes the embeddings of texts and images. Images are encoded in parallel.
   *
   * @param request inputs with one text or one image each; an image has Base64 data, or the {@code
   *     file:} address of a local file
   * @throws IllegalArgumentException if an input has several parts, if an image has another
   *     address, because this class downloads nothing, or if data are not Base64
   * @throws org.kgcoop.KgCoopException if an image cannot be read, or a text is longer than the
   *     model's context length
   */
  @Override
  public EmbeddingResponse doEmbed(EmbeddingRequest request) {
    List<Content> contents = request.inputs().stream().map(ClipEmbeddingModel::content).toList();
    Iterator<float[]> texts = embedder.embedTexts(texts(contents)).iterator();
    Iterator<float[]> images = embedder.embedAll(images(contents)).iterator();
    return EmbeddingResponse.builder()
        .embeddings(
            contents.stream()
                .map(content -> (content instanceof TextContent ? texts : images).next())
                .map(Embedding::from)
                .toList())
        .build();
  }

  @Override
  public int dimension() {
    return embedder.width();
  }

  /** Returns the only part of an input: CLIP has one embedding per text and per image. */
  private static Content content(EmbeddingInput input) {
    if (input.contents().size() != 1) {
      throw new IllegalArgumentException(
          "input: expected one text or one image, got %s parts; pass them as several inputs"
              .formatted(input.contents().size()));
    }
    return input.contents().get(0);
  }

  private static List<String> texts(List<Content> contents) {
    return contents.stream()
        .filter(TextContent.class::isInstance)
        .map(content -> ((TextContent) content).text())
        .toList();
  }

  /** Returns the images in forms that {@link Embedder#embedAll} accepts. */
  private static List<Object> images(List<Content> contents) {
    return contents.stream()
        .filter(ImageContent.class::isInstance)
        .map(content -> input(((ImageContent) content).image()))
        .toList();
  }

  private static Object input(Image image) {
    if (image.base64Data() != null) {
      return Base64.getDecoder().decode(image.base64Data());
    }
    URI address = image.url();
    if (address == null || !"file".equalsIgnoreCase(address.getScheme())) {
      throw new IllegalArgumentException(
          "image: expected Base64 data or the address of a local file, got " + address);
    }
    return Path.of(address);
  }
}
