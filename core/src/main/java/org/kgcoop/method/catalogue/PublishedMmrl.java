package org.kgcoop.method.catalogue;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.Method;
import org.kgcoop.method.tower.Mmrl;

/**
 * MMRL's published {@code MultiModalRepresentationLearner/model.pth.tar-N}: the whole model, of
 * which the learned tensors are taken. It says neither which layers got them, which are the last
 * ones in what was published, nor the share, nor the template.
 */
final class PublishedMmrl {
  /** The layers of the published CLIP, for a file that holds none. */
  private static final int LAYERS = 12;

  private PublishedMmrl() {}

  /** True if a state dict is one of MMRL's. */
  static boolean is(WeightFile file) {
    return file.tensors().containsKey(Mmrl.TOKENS);
  }

  /** The settings that the file shows, else the published ones. */
  static Method method(WeightFile file) {
    long[] shape = Objects.requireNonNull(file.tensors().get(Mmrl.TOKENS)).shape(); // (n, d)
    int count = count(file, Mmrl::toImages);
    if (shape.length != 2 || count == 0) {
      throw KgCoopException.weights(
          "%s: '%s' has %s axes and %s linear layers into the image tower; expected 2 and at least 1, as MMRL's"
              .formatted(file.path(), Mmrl.TOKENS, shape.length, count));
    }
    int all = count(file, k -> "image_encoder.transformer.resblocks." + k + ".ln_1.weight");
    int last = all == 0 ? LAYERS : all;
    if (count > last) {
      throw KgCoopException.weights(
          "%s: %s linear layers into an image tower of %s layers; expected at most one for each"
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
    return MethodCatalogue.parse(settings);
  }

  private static int count(WeightFile file, IntFunction<String> name) {
    int count = 0;
    while (file.tensors().containsKey(name.apply(count))) {
      count++;
    }
    return count;
  }

  /** The learned tensors alone. */
  static Map<String, StoredTensor> parameters(WeightFile file) {
    Map<String, StoredTensor> parameters = new LinkedHashMap<>(file.tensors());
    parameters.keySet().removeIf(name -> !Mmrl.isParameter(name));
    return parameters;
  }
}
