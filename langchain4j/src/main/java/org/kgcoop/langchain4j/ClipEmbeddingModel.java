package org.kgcoop.langchain4j;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.ImageContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.output.Response;
import java.net.URI;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;

/**
 * An embedding model for texts and images. A text and a matching image have similar embeddings, so
 * a text finds images in an embedding store.
 *
 * <pre>{@code
 * ClipEmbeddingModel model = new ClipEmbeddingModel(clip);
 * store.add(model.embedImage(Path.of("holiday.jpg")).content(), TextSegment.from("holiday.jpg"));
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

  /**
   * Computes the embeddings of texts.
   *
   * @throws org.kgcoop.KgCoopException if a text is longer than the model's context length
   */
  @Override
  public Response<List<Embedding>> embedAll(List<TextSegment> segments) {
    return embeddings(embedder.embedTexts(segments.stream().map(TextSegment::text).toList()));
  }

  @Override
  public int dimension() {
    return embedder.width();
  }

  /**
   * Computes the embedding of an image file.
   *
   * @throws org.kgcoop.KgCoopException if the image cannot be read
   */
  public Response<Embedding> embedImage(Path file) {
    return Response.from(Embedding.from(embedder.embed(file)));
  }

  /**
   * Computes the embedding of an image from the bytes of its file.
   *
   * @throws org.kgcoop.KgCoopException if the bytes are not a readable image
   */
  public Response<Embedding> embedImage(byte[] file) {
    return Response.from(Embedding.from(embedder.embed(file)));
  }

  /**
   * Computes the embedding of an image of a message.
   *
   * @param image an image with Base64 data, or with the {@code file:} address of a local file
   * @throws IllegalArgumentException if the image has another address, because this class downloads
   *     nothing, or if the data are not Base64
   * @throws org.kgcoop.KgCoopException if the image cannot be read
   */
  public Response<Embedding> embedImage(ImageContent image) {
    return Response.from(embedAllImages(List.of(image)).content().get(0));
  }

  /**
   * Computes the embeddings of several images, which are encoded in parallel.
   *
   * @param images each in a form that a method {@code embedImage} accepts
   * @return one embedding per image, in the same order
   */
  public Response<List<Embedding>> embedAllImages(List<?> images) {
    return embeddings(embedder.embedAll(images.stream().map(ClipEmbeddingModel::input).toList()));
  }

  private static Response<List<Embedding>> embeddings(List<float[]> features) {
    return Response.from(features.stream().map(Embedding::from).toList());
  }

  /** Returns an image in a form that {@link Embedder#embedAll} accepts. */
  private static Object input(Object image) {
    if (!(image instanceof ImageContent content)) {
      return image;
    }
    Image data = content.image();
    if (data.base64Data() != null) {
      return Base64.getDecoder().decode(data.base64Data());
    }
    URI address = data.url();
    if (address == null || !"file".equalsIgnoreCase(address.getScheme())) {
      throw new IllegalArgumentException(
          "image: expected Base64 data or the address of a local file, got " + address);
    }
    return Path.of(address);
  }
}
