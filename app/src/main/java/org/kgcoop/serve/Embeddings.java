package org.kgcoop.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.kgcoop.clip.Clip;
import org.kgcoop.features.ViewEncoder.Pixels;
import org.kgcoop.serve.http.RefusedRequestException;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.EncodingQueue;
import org.kgcoop.serve.model.ImageReader;
import org.kgcoop.serve.model.TextReader;
import org.kgcoop.tensor.Tensor;

/** Returns unit features of images and texts. */
final class Embeddings {
  private static final int MOST_TEXTS = 32;
  private static final int LONGEST_TEXT = 1000;

  /** The same object for all requests, so that their images are encoded in one batch. */
  private static final EncodingQueue.Reading<float[]> ROWS = Embeddings::rows;

  private final Clip clip;
  private final EncodingQueue queue;
  private final ImageReader images;
  private final TextReader texts;
  private final int mostImages;

  Embeddings(Clip clip, EncodingQueue queue, ImageReader images, Limits limits) {
    this.clip = clip;
    this.queue = queue;
    this.images = images;
    this.texts = new TextReader(clip, limits.time());
    this.mostImages = Math.min(EncodingQueue.BATCH, limits.queue());
  }

  void addTo(RoutesConfig routes) {
    routes.post("/v1/embed", this::embed);
  }

  private void embed(Context request) {
    RequestParts parts = new RequestParts(request);
    List<String> asked = parts.texts("text");
    List<byte[]> files = parts.images();
    if (asked.isEmpty() && files.isEmpty()) {
      throw new RefusedRequestException(
          400, "expected an image as the body or in the form's parts 'image', or a 'text'");
    }
    if (asked.size() > MOST_TEXTS || files.size() > mostImages) {
      throw new RefusedRequestException(
          400,
          "expected at most %s images and %s texts per request, got %s and %s"
              .formatted(mostImages, MOST_TEXTS, files.size(), asked.size()));
    }
    if (asked.stream().anyMatch(text -> text.isBlank() || text.length() > LONGEST_TEXT)) {
      throw new RefusedRequestException(
          400, "text: expected 1 to " + LONGEST_TEXT + " characters that are not all blank");
    }
    List<Pixels> decoded = files.stream().map(images::read).toList();
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("clip", clip.fingerprint()).put("width", clip.config().embedDim());
    features(json.putArray("images"), decoded.isEmpty() ? List.of() : queue.askAll(decoded, ROWS));
    features(json.putArray("texts"), asked.isEmpty() ? List.of() : texts.read(asked));
    request.json(json);
  }

  private static List<float[]> rows(Tensor features) {
    float[] values = features.toFloats(); // (B, E)
    int width = (int) features.size(1);
    return IntStream.range(0, values.length / width)
        .mapToObj(i -> Arrays.copyOfRange(values, i * width, (i + 1) * width))
        .toList();
  }

  private static void features(ArrayNode to, List<float[]> features) {
    for (float[] feature : features) {
      ArrayNode numbers = to.addArray();
      for (float number : feature) {
        numbers.add(number);
      }
    }
  }
}
