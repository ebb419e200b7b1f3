package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.encoder.Mmrl;

/**
 * The settings that MMRL's published {@code MultiModalRepresentationLearner/model.pth.tar-N} shows.
 * It says neither which layers got tokens, which are the last ones in what was published, nor the
 * share, nor the template.
 */
final class PublishedMmrl {
  /** The layers of the published CLIP, for a file that holds none. */
  private static final int LAYERS = 12;

  private PublishedMmrl() {}

  /**
   * The settings that the file shows, as {@link MethodCatalogue#parse} takes them. Where it has no
   * texts of the trained classes, all classes are answered as others are, by the class row alone.
   *
   * @param warnings gets a line where this is so
   * @throws KgCoopException where its linear layers are none, or too many
   */
  static ObjectNode settings(WeightFile file, Consumer<String> warnings) {
    long[] shape = Objects.requireNonNull(file.tensors().get(Mmrl.TOKENS)).shape(); // (n, d)
    int count = count(file, Mmrl::toImages);
    int all = count(file, k -> "image_encoder.transformer.resblocks." + k + ".ln_1.weight");
    int last = all == 0 ? LAYERS : all;
    if (count == 0 || count > last) {
      throw KgCoopException.weights(
          "%s: %s linear layers of MMRL's into an image encoder of %s layers; expected at least 1, and at most one for each"
              .formatted(file.path(), count, last));
    }
    ObjectNode settings =
        JsonNodeFactory.instance
            .objectNode()
            .put("method", Mmrl.ID)
            .put("tokens", shape[0])
            .put("dimension", shape[1]);
    IntStream.rangeClosed(last - count + 1, last)
        .forEach(settings.putArray("representation_layers")::add);
    if (!file.tensors().containsKey(Mmrl.TEXTS)) {
      warnings.accept(
          file.path()
              + ": MMRL's file does not show which classes it has learned, so all are answered by"
              + " the class token alone, as new ones are");
      settings.put("share", 1);
    }
    return settings;
  }

  private static int count(WeightFile file, IntFunction<String> name) {
    int count = 0;
    while (file.tensors().containsKey(name.apply(count))) {
      count++;
    }
    return count;
  }
}
