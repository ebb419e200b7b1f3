package org.kgcoop.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.InitialWeights;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.clip.biomed.BiomedFamily;
import org.kgcoop.clip.biomed.RandomBiomedClip;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.files.Json;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFile;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Tensor;

/** The model of the benchmarks: random weights with the shapes of ViT-B/16 or RN50. */
final class BenchModel {
  private static final ClipConfig.Vit B_16 = new ClipConfig.Vit(768, 12, 16, 12);

  static final ClipConfig VIT_B_16 =
      new ClipConfig(512, 224, 3, 77, 49408, 512, 8, 12, Activation.QUICK_GELU, B_16);

  private static final ClipConfig.ResNet RESNET_50 =
      new ClipConfig.ResNet(64, List.of(3, 4, 6, 3), 32);
  static final ClipConfig RN50 =
      new ClipConfig(1024, 224, 3, 77, 49408, 512, 8, 12, Activation.QUICK_GELU, RESNET_50);

  static final ClipConfig SIGLIP_B_16 =
      new ClipConfig(
          768,
          224,
          3,
          SiglipFamily.TEXT.sized(64, 32000, 768, 12, 12),
          SiglipFamily.VISION.sized(768, 12, 16, 12));

  /** The text encoder of BiomedCLIP, with a small image encoder. */
  private static final ClipConfig BIOMED_TEXT =
      new ClipConfig(
          512,
          32,
          3,
          BiomedFamily.TEXT.sized(256, 30522, 768, 12, 12),
          BiomedFamily.VISION.sized(64, 1, 16, 1));

  /** The text encoder of PE-Core B/16, with a small image encoder. */
  private static final ClipConfig PE_TEXT =
      new ClipConfig(
          1024,
          32,
          3,
          PeFamily.TEXT.sized(32, 49408, 1024, 16, 24),
          PeFamily.VISION.sized(64, 1, 16, 1));

  /** A model of each family, by the family's id. */
  private static final Map<String, ClipConfig> FAMILIES =
      Map.of("clip", VIT_B_16, "siglip", SIGLIP_B_16, "pe", PE_TEXT, "biomedclip", BIOMED_TEXT);

  private BenchModel() {}

  /**
   * Returns the folder of the weights. The first call writes it into the temporary folder of the
   * system.
   */
  static Path folder() {
    return folder("clip", VIT_B_16);
  }

  /** Returns the folder of random weights in the shapes of ViT-B/32 for 256 pixels. */
  static Path folderOfB32() {
    ClipConfig.Vit image = new ClipConfig.Vit(768, 12, 32, 12);
    return folder(
        "b32-256", new ClipConfig(512, 256, 3, 77, 49408, 512, 8, 12, Activation.GELU, image));
  }

  private static Path folder(String name, ClipConfig config) {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"), "kgcoop-bench-" + name);
    if (!Files.exists(folder.resolve("merges.txt"))
        && !Files.exists(folder.resolve("config.json"))
        && !Files.exists(folder.resolve("vocab.txt"))) {
      System.err.println("bench: writing random weights to " + folder + " (once)");
      if (config.text().form().isBert()) {
        RandomBiomedClip.write(folder, config, 1);
      } else {
        RandomClip.write(folder, config, 1);
      }
    }
    return folder;
  }

  static Clip load(DType precision) {
    return load(folder(), precision);
  }

  /**
   * Loads a model in the shapes of B/16.
   *
   * @param family the id of its family
   */
  static Clip load(String family, DType precision) {
    ClipConfig config = FAMILIES.get(family);
    if (config == null) {
      throw KgCoopException.configuration(
          "%s: expected one of %s"
              .formatted(family, String.join(", ", new TreeSet<>(FAMILIES.keySet()))));
    }
    return load(folder(family, config), precision);
  }

  private static Clip load(Path folder, DType precision) {
    return Clip.load(folder, new Clip.Options(precision, Device.CPU, null, null));
  }

  /**
   * Creates a model in which every random weight matters. Freshly initialized models multiply by
   * ones, add zeros and switch off branches of a ResNet. A wrong or misplaced weight of this kind
   * would not be noticed.
   */
  static Clip lively(ClipConfig config, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    boolean bert = config.text().form().isBert();
    for (StoredTensor tensor :
        bert ? RandomBiomedClip.tensors(config, seed) : InitialWeights.of(config, seed)) {
      tensors.put(tensor.name(), lively(tensor, random));
    }
    WeightFile file =
        new WeightFile(
            Path.of("random weights"),
            WeightFile.Format.SAFETENSORS,
            tensors,
            Map.of(),
            List.of(),
            bert
                ? Map.of("open_clip_config.json", json(RandomBiomedClip.settings(config)))
                : config.text().form().readsLast() ? ofSiglip(config) : configuration(config));
    return Clip.of(
        file, new Clip.Options(DType.FLOAT32, Device.CPU, null, config.text().activation()));
  }

  /** Returns the configuration of a SigLIP. All other settings are the defaults of Hugging Face. */
  private static Map<String, JsonNode> ofSiglip(ClipConfig config) {
    String settings =
        """
        {"model_type": "siglip", "text_config": {"num_attention_heads": %s},
         "vision_config": {"num_attention_heads": %s}}
        """
            .formatted(config.textHeads(), config.vision().heads());
    return Map.of("config.json", json(settings));
  }

  private static JsonNode json(String text) {
    try {
      return Json.LENIENT.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the settings of the model that do not follow from shapes. */
  private static Map<String, JsonNode> configuration(ClipConfig config) {
    double usual = ClipConfig.RELEASED.text().epsilon();
    boolean isUsual = config.text().epsilon() == usual && config.visionEpsilon() == usual;
    if (isUsual || config.imageForm().rotary()) {
      return Map.of();
    }
    String settings =
        "{\"text_cfg\": {\"norm_kwargs\": {\"eps\": %s}}, \"vision_cfg\": {\"norm_kwargs\": {\"eps\": %s}}}"
            .formatted(config.text().epsilon(), config.visionEpsilon());
    return Map.of("open_clip_config.json", json(settings));
  }

  /**
   * Changes norms and biases with only equal values by up to 0.3. Returns other tensors unchanged.
   */
  private static StoredTensor lively(StoredTensor tensor, SplittableRandom random) {
    float[] values = tensor.toFloats();
    boolean isUniform = IntStream.range(0, values.length).allMatch(i -> values[i] == values[0]);
    if (!isUniform || values.length == 1) {
      return tensor;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (0.6 * random.nextDouble() - 0.3);
    }
    return StoredTensor.ofFloats(tensor.name(), tensor.shape(), values);
  }

  /** Returns class names of one to three words, most of them with one or two tokens per word. */
  static List<String> classNames(int count) {
    List<String> words =
        List.of(
            "cat", "dog", "car", "tree", "house", "bird", "fish", "boat", "train", "flower",
            "horse", "apple", "chair", "table", "phone", "river", "cloud", "stone", "shirt",
            "clock");
    PythonRandom random = new PythonRandom(3);
    List<String> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StringBuilder name = new StringBuilder(words.get(random.below(words.size())));
      for (int extra = random.below(3); extra > 1; extra--) {
        name.append(' ').append(words.get(random.below(words.size())));
      }
      names.add(name.toString());
    }
    return names;
  }

  /** Returns features of unit length in random directions. */
  static Tensor features(int count, int width) {
    return random(count * width, 5, count, width).unitRows();
  }

  static Tensor random(int values, long seed, long... shape) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] numbers = new float[values];
    for (int i = 0; i < values; i++) {
      numbers[i] = (float) (2 * random.nextDouble() - 1);
    }
    return Tensor.of(numbers, shape);
  }

  /** Returns normalized noise images: (count, 3, 224, 224). */
  static Tensor images(int count) {
    int size = VIT_B_16.imageResolution();
    return random(count * 3 * size * size, 7, count, 3, size, size);
  }

  static Tensor labels(int count, int classes) {
    return Tensor.of(LongStream.range(0, count).map(i -> i % classes).toArray(), count);
  }
}
