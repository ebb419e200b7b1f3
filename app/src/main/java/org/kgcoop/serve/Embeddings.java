package org.kgcoop.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.List;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.RgbImage;
import org.kgcoop.serve.http.HttpErrorException;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.Deadline;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.RequestImageDecoder;
import org.kgcoop.serve.model.TimedLock;

/** Returns unit features of images and texts. */
final class Embeddings {
  private static final int MAX_TEXTS = 32;
  private static final int MAX_TEXT_LENGTH = 1000;

  /** The same object for all requests, so that their images are encoded in one batch. */
  private static final EncodingQueue.BatchFunction<float[]> ROWS = List::of;

  private final Clip clip;
  private final EncodingQueue queue;
  private final RequestImageDecoder decoder;
  private final Embedder embedder;
  private final TimedLock textLock = new TimedLock();
  private final Limits limits;

  Embeddings(Clip clip, EncodingQueue queue, RequestImageDecoder decoder, Limits limits) {
    this.clip = clip;
    this.queue = queue;
    this.decoder = decoder;
    this.embedder = Embedder.unit(clip);
    this.limits = limits;
  }

  void addTo(RoutesConfig routes) {
    routes.post("/v1/embed", this::embed);
  }

  private void embed(Context request) {
    Deadline deadline = Deadline.in(limits.timeLimit());
    RequestParts parts = new RequestParts(request, "text");
    List<String> texts = parts.texts("text");
    List<byte[]> files = parts.images();
    if (texts.isEmpty() && files.isEmpty()) {
      throw new HttpErrorException(
          400, "expected an image as the body or in the form's parts 'image', or a 'text'");
    }
    int maxImages = Math.min(EncodingQueue.MAX_BATCH, limits.maxWaitingImages());
    if (texts.size() > MAX_TEXTS || files.size() > maxImages) {
      throw new HttpErrorException(
          400,
          "expected at most %s images and %s texts per request, got %s and %s"
              .formatted(maxImages, MAX_TEXTS, files.size(), texts.size()));
    }
    if (texts.stream().anyMatch(text -> text.isBlank() || text.length() > MAX_TEXT_LENGTH)) {
      throw new HttpErrorException(
          400, "text: expected 1 to " + MAX_TEXT_LENGTH + " characters that are not all blank");
    }
    List<RgbImage> decoded = files.stream().map(file -> decoder.decode(file, deadline)).toList();
    List<float[]> images = decoded.isEmpty() ? List.of() : queue.submitAll(decoded, ROWS, deadline);
    List<float[]> features =
        texts.isEmpty() ? List.of() : textLock.run(deadline, () -> embedder.embedTexts(texts));
    request.json(
        JsonNodeFactory.instance
            .objectNode()
            .put("clip", clip.fingerprint())
            .put("width", clip.config().embedDim())
            .putPOJO("images", images)
            .putPOJO("texts", features));
  }
}
