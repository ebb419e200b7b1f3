package org.kgcoop.classifier;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.kgcoop.KgCoopException;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.method.encoder.Ivlp;
import org.kgcoop.method.encoder.Maple;
import org.kgcoop.method.encoder.Mmrl;
import org.kgcoop.method.encoder.PromptSrc;
import org.kgcoop.method.encoder.Vpt;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.SettingValues;

/**
 * Published form of methods that train prompt tokens inside the encoders. Their trainers write the
 * entire model. This class omits the frozen encoders. It keeps the embeddings of the trained
 * classes only for MMRL, which treats trained classes differently. The published code loads files
 * with {@code strict=False} (MMRL since its second version), so it also accepts a file that
 * contains only the learned tensors.
 */
final class PublishedEncoder {
  private static final String CONTEXT = "prompt_learner.ctx";
  private static final String IMAGE_ROWS = "image_encoder.VPT";
  private static final String TEACHER = "prompt_learner.ZS_image_encoder.";
  private static final String DEEP_TEXT =
      "text_encoder\\.transformer\\.resblocks\\.\\d+\\.VPT_shallow";
  private static final String DEEP_IMAGE =
      "image_encoder\\.transformer\\.resblocks\\.\\d+\\.VPT_shallow";
  private static final String DEEP_MAPLE = "prompt_learner\\.compound_prompts_text\\.\\d+";
  private static final Pattern LEARNED =
      Pattern.compile(
          String.join(
              "|",
              "prompt_learner\\.ctx",
              "prompt_learner\\.proj\\.(weight|bias)",
              DEEP_MAPLE,
              "prompt_learner\\.compound_prompt_projections\\.\\d+\\.(weight|bias)",
              "image_encoder\\.VPT",
              DEEP_IMAGE,
              DEEP_TEXT));

  /** Number of layers of the published CLIP model, for a file of MMRL without frozen encoder. */
  private static final int LAYERS = 12;

  private PublishedEncoder() {}

  /** Returns true for a file of this form. */
  static boolean is(WeightFile file) {
    return Stream.of(CONTEXT, IMAGE_ROWS, Mmrl.TOKENS).anyMatch(file.tensors()::containsKey);
  }

  /**
   * Returns the learned tensors of a file of this form, by their published names.
   *
   * @throws KgCoopException if a tensor has an unexpected shape
   */
  static Map<String, StoredTensor> learned(WeightFile file) {
    Map<String, StoredTensor> learned = new LinkedHashMap<>();
    file.tensors()
        .forEach(
            (name, tensor) -> {
              if (LEARNED.matcher(name).matches() || Mmrl.isParameter(name)) {
                checkShape(file, name, tensor);
                learned.put(name, tensor);
              } else if (name.equals(Mmrl.TEXTS)) {
                learned.put(name, tensor);
              }
            });
    return learned;
  }

  /**
   * Infers the numbers of tokens and the depths from the tensors of a file, as {@link
   * MethodRegistry#parse} reads them. Other settings, such as words, have their published values.
   *
   * @param learned the learned tensors of the file
   * @param warnings receives a warning about settings that the file does not determine
   */
  static SettingValues settings(
      WeightFile file, Map<String, StoredTensor> learned, Consumer<String> warnings) {
    if (learned.containsKey(Mmrl.TOKENS)) {
      return mmrl(file, warnings);
    }
    if (learned.containsKey("prompt_learner.proj.weight")) {
      return SettingValues.of(Declaration.METHOD, Maple.ID)
          .with("context_tokens", rows(learned, CONTEXT))
          .with("depth", 1 + count(learned, DEEP_MAPLE));
    }
    int imageRows = rows(learned, IMAGE_ROWS);
    SettingValues settings =
        SettingValues.of("image_tokens", imageRows)
            .with("image_depth", imageRows == 0 ? 0 : 1 + count(learned, DEEP_IMAGE));
    if (!learned.containsKey(CONTEXT)) {
      return settings.with(Declaration.METHOD, Vpt.ID);
    }
    boolean isTaught = file.tensors().keySet().stream().anyMatch(name -> name.startsWith(TEACHER));
    return settings
        .with(Declaration.METHOD, isTaught ? PromptSrc.ID : Ivlp.ID)
        .with("context_tokens", rows(learned, CONTEXT))
        .with("text_depth", 1 + count(learned, DEEP_TEXT));
  }

  /**
   * Returns the settings that MMRL's file {@code MultiModalRepresentationLearner/model.pth.tar-N}
   * determines. It does not contain the list of layers with tokens; the published ones are always
   * the last layers. It contains neither the share nor the template. If the file does not contain
   * the texts of the trained classes, all classes are treated as new classes, with only the CLS
   * token.
   *
   * @param warnings receives a warning in this case
   * @throws KgCoopException if the file has no linear layers, or too many
   */
  private static SettingValues mmrl(WeightFile file, Consumer<String> warnings) {
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

  private static void checkShape(WeightFile file, String name, StoredTensor tensor) {
    if (tensor.elements() == 0 || tensor.shape().length != (name.endsWith(".bias") ? 1 : 2)) {
      throw KgCoopException.weights(
          "%s: '%s' has shape %s; expected (vectors, width), of a layer (out, in) and (out)"
              .formatted(file.path(), name, Arrays.toString(tensor.shape())));
    }
  }

  /** Returns the number of rows of a matrix, or 0 if there is no such matrix. */
  private static int rows(Map<String, StoredTensor> learned, String name) {
    StoredTensor tensor = learned.get(name);
    return tensor == null ? 0 : (int) tensor.shape()[0];
  }

  private static int count(Map<String, StoredTensor> learned, String names) {
    return (int) learned.keySet().stream().filter(name -> name.matches(names)).count();
  }
}
