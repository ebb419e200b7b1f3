package org.kgcoop.classifier;

import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * Settings that MMRL's published file {@code MultiModalRepresentationLearner/model.pth.tar-N}
 * determines. The file does not contain the list of layers with tokens; the published ones are
 * always the last layers. It contains neither the share nor the template.
 */
final class PublishedMmrl {
  /** Number of layers of the published CLIP model, for a file without the frozen encoder. */
  private static final int LAYERS = 12;

  private PublishedMmrl() {}

  /**
   * Returns the settings of the file, as {@link MethodRegistry#parse} reads them. If the file does
   * not contain the texts of the trained classes, all classes are treated as new classes, with only
   * the CLS token.
   *
   * @param warnings receives a warning in this case
   * @throws KgCoopException if the file has no linear layers, or too many
   */
  static SettingValues settings(WeightFile file, Consumer<String> warnings) {
    long[] shape = Objects.requireNonNull(file.tensors().get(Mmrl.TOKENS)).shape(); // (n, d)
    int count = count(file, Mmrl::toImages);
    int all = count(file, k -> "image_encoder.transformer.resblocks." + k + ".ln_1.weight");
    int last = all == 0 ? LAYERS : all;
    if (count == 0 || count > last) {
      throw KgCoopException.weights(
          "%s: %s linear layers of MMRL's into an image encoder of %s layers; expected at least 1, and at most one for each"
              .formatted(file.path(), count, last));
    }
    SettingValues settings =
        SettingValues.of(Declaration.METHOD, Mmrl.ID)
            .with("tokens", shape[0])
            .with("dimension", shape[1])
            .with(
                "representation_layers",
                IntStream.rangeClosed(last - count + 1, last).boxed().toList());
    if (!file.tensors().containsKey(Mmrl.TEXTS)) {
      warnings.accept(
          file.path()
              + ": MMRL's file does not show which classes it has learned, so all are answered by"
              + " the class token alone, as new ones are");
      return settings.with("share", 1);
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
