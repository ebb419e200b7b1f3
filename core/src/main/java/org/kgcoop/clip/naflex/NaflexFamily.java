package org.kgcoop.clip.naflex;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ConfigSection;
import org.kgcoop.clip.Family;
import org.kgcoop.clip.HuggingFaceConfig;
import org.kgcoop.clip.OpenClipConfig;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.image.view.Interpolation;
import org.kgcoop.image.view.PatchGrid;
import org.kgcoop.image.view.Preprocessing;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;

/**
 * SigLIP 2 NaFlex, in the layout of Hugging Face. It is a SigLIP that keeps the shape of an image:
 * the image has its own grid of patches, and the position table is resized to it. The images of a
 * batch have one grid, so there is no padding. Training views are squares of the grid of the
 * position table.
 */
public final class NaflexFamily implements Family {
  private static final String PATCHES = "vision_model.embeddings.patch_embedding.weight";
  private static final String RELEASED_PATCHES = "visual.conv1.weight";
  private static final int CHANNELS = 3;
  private static final int DEFAULT_MAX_PATCHES = 256;

  private static final SiglipFamily SIGLIP = new SiglipFamily();

  private static final Traits TRAITS =
      new Traits(
          "naflex",
          "SigLIP 2 NaFlex",
          "SigLIP 2 NaFlex",
          SIGLIP.traits().names(),
          SIGLIP.traits().defaults(),
          SIGLIP.traits().assumedHeads(),
          SIGLIP.traits().assumed(),
          side -> Preprocessing.squashed(side, Interpolation.BILINEAR),
          true,
          null);

  @Override
  public Traits traits() {
    return TRAITS;
  }

  /**
   * Returns true if the embedding of patches is a matrix, or is that of timm's NaFlex, which {@link
   * #check} rejects.
   */
  @Override
  public boolean recognizes(Map<String, long[]> shapes) {
    return shapes.getOrDefault(PATCHES, new long[0]).length == 2 || isOpenClip(shapes.keySet());
  }

  private static boolean isOpenClip(Set<String> names) {
    return names.stream().anyMatch(name -> name.startsWith("visual.trunk.embeds."));
  }

  /** Rejects timm's NaFlex, which resizes positions and images in another way. */
  @Override
  public void check(Set<String> names, String source, String architecture) {
    if (isOpenClip(names)) {
      throw refusedOpenClip(source);
    }
  }

  private static KgCoopException refusedOpenClip(String source) {
    return KgCoopException.weights(
        source
            + ": OpenCLIP's form of NaFlex is not supported; use Hugging Face's"
            + " google/siglip2-...-naflex");
  }

  /** Converts the embedding of patches from a matrix to the equal convolution. */
  @Override
  public WeightFile released(WeightFile file) {
    WeightFile renamed = TRAITS.names().released(file);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(renamed.tensors());
    tensors.computeIfPresent(
        RELEASED_PATCHES, (name, matrix) -> convolution(matrix, file.path().toString()));
    return renamed.with(tensors);
  }

  /** Converts (W, p p channels), in the order row, column, channel, to (W, channels, p, p). */
  private static StoredTensor convolution(StoredTensor matrix, String source) {
    long[] shape = matrix.shape();
    long columns = shape[shape.length - 1];
    long patch = Math.round(Math.sqrt(columns / (double) CHANNELS));
    long pixels = patch * patch;
    if (shape.length != 2 || patch < 1 || CHANNELS * pixels != columns) {
      throw KgCoopException.weights(
          "%s: '%s' has shape %s; expected (width, 3 p p) for patches of p pixels"
              .formatted(source, PATCHES, Arrays.toString(shape)));
    }
    int bytes = matrix.dtype().bytes();
    ByteBuffer from = matrix.data();
    ByteBuffer to = ByteBuffer.allocateDirect(from.remaining()).order(ByteOrder.LITTLE_ENDIAN);
    byte[] value = new byte[bytes];
    for (int i = 0; i < from.remaining() / bytes; i++) {
      long column = i % columns; // of the matrix
      long target = i - column + column % CHANNELS * pixels + column / CHANNELS;
      from.get(i * bytes, value);
      to.put((int) target * bytes, value);
    }
    long[] convolution = {shape[0], CHANNELS, patch, patch};
    return new StoredTensor(matrix.name(), matrix.dtype(), convolution, to);
  }

  @Override
  public ClipConfig huggingFace(HuggingFaceConfig file, int imageSize) {
    file.model().only("model_type", "siglip2");
    file.model().at("vision_config").off("image_size");
    return file.read(TRAITS.defaults(), 12, 0);
  }

  @Override
  public ClipConfig openClip(OpenClipConfig file) {
    throw refusedOpenClip(file.model().name());
  }

  @Override
  public PatchGrid patches(HuggingFaceConfig file, ClipConfig config) {
    ConfigSection vision = file.model().at("vision_config");
    ConfigSection images = file.images();
    int patch = ((ClipConfig.Vit) config.vision()).patch();
    int side = config.imageResolution() / patch;
    vision.only("patch_size", Integer.toString(patch));
    vision.only("num_patches", Integer.toString(side * side));
    images.only("patch_size", Integer.toString(patch));
    images.only("image_processor_type", "Siglip2ImageProcessor", "Siglip2ImageProcessorFast");
    images.off("size");
    int most = images.whole("max_num_patches", DEFAULT_MAX_PATCHES);
    if (most > PatchGrid.MAX_PATCHES) {
      throw images.refused("max_num_patches", "1 to " + PatchGrid.MAX_PATCHES);
    }
    return new PatchGrid(patch, most);
  }

  @Override
  public Tokenizer tokenizer(Path file, OpenClipConfig config) {
    return SIGLIP.tokenizer(file, config);
  }
}
