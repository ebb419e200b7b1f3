package org.kgcoop.clip;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.WeightFile;

/**
 * A family of image-text models: how its files are recognized and read. A family is a package of
 * its own and a line of {@code META-INF/services/org.kgcoop.clip.Family}. Code outside of its
 * package asks for a property, such as {@link ClipConfig.ImageForm}, and not for the family.
 */
public interface Family {

  /**
   * The properties of a family.
   *
   * @param id the name for files
   * @param title the name for display
   * @param known a description of the supported models, for error messages
   * @param names the tensor names of all layouts
   * @param defaults the settings of files without a configuration
   * @param assumedHeads the default number of attention heads of an encoder, by its width
   * @param assumed a description of the last two, for the user
   * @param images the default preprocessing of color images, by their side in pixels
   * @param hasLogitBias true if the logits have a bias
   * @param releasedTokenizer the tokenizer of models without a tokenizer file, or null
   */
  record Traits(
      String id,
      String title,
      String known,
      TensorNames names,
      ClipConfig defaults,
      IntUnaryOperator assumedHeads,
      String assumed,
      IntFunction<Preprocessing> images,
      boolean hasLogitBias,
      @Nullable Supplier<Tokenizer> releasedTokenizer) {}

  /** Returns the properties. */
  Traits traits();

  /**
   * Returns true if a model belongs to this family.
   *
   * @param shapes the shapes of its tensors by their names in the file
   */
  boolean recognizes(Map<String, long[]> shapes);

  /**
   * Returns the weights of a recognized model under their released names.
   *
   * @throws KgCoopException if tensors that belong together do not fit together
   */
  default WeightFile released(WeightFile file) {
    return traits().names().released(file);
  }

  /**
   * Checks that a recognized model is supported.
   *
   * @param names the released names of its tensors
   * @param source the file, for error messages
   * @param architecture the architecture according to a file next to it, or ""
   * @throws KgCoopException if it is not supported
   */
  default void check(Set<String> names, String source, String architecture) {}

  /**
   * Reads a {@code config.json}.
   *
   * @param imageSize the default side of images, or 0
   * @return the settings; sizes that the file leaves to the weights are 0
   * @throws KgCoopException if a setting is not implemented
   */
  ClipConfig huggingFace(HuggingFaceConfig file, int imageSize);

  /**
   * Reads an {@code open_clip_config.json}.
   *
   * @return the settings; sizes that the file leaves to the weights are 0
   * @throws KgCoopException if a setting is not implemented
   */
  ClipConfig openClip(OpenClipConfig file);

  /** Returns the names of tokenizer files, the preferred one first. */
  default List<String> tokenizerFiles() {
    return List.of("tokenizer.json", "merges.txt", "spiece.model", "tokenizer.model");
  }

  /**
   * Reads a tokenizer file.
   *
   * @param config the file of OpenCLIP next to the weights, which may be empty
   * @throws KgCoopException if it is not the tokenizer of such a model
   */
  Tokenizer tokenizer(Path file, OpenClipConfig config);

  /**
   * Returns the configuration of a file with the sizes that the weights have.
   *
   * @param shapes the shapes of all weights, under their released names
   * @param source the file, for error messages
   */
  default ClipConfig completed(ClipConfig file, Map<String, long[]> shapes, String source) {
    return file.completed(shapes, traits().assumedHeads(), source);
  }

  /**
   * Checks a model that has no file with settings next to its weights.
   *
   * @param source the file, for error messages
   * @throws KgCoopException if the weights alone do not show that it belongs to this family
   */
  default void checkWithoutSettings(ClipConfig config, String source) {}

  /**
   * Returns the grids of a model that keeps the shape of an image, or null if all images become
   * squares.
   *
   * @param file Hugging Face's files, which may be missing
   * @throws KgCoopException if a setting is not implemented
   */
  default @Nullable PatchGrid patches(HuggingFaceConfig file, ClipConfig config) {
    return null;
  }
}
