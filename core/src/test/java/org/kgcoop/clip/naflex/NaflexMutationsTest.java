package org.kgcoop.clip.naflex;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.fixtures.TinyNaflex;
import org.kgcoop.image.RgbImage;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.DType;

/**
 * Truncated, renamed and mixed files of a NaFlex model. Each is read as NaFlex, or rejected in one
 * line. It is never read as a model of another family.
 */
class NaflexMutationsTest {
  private static final RgbImage IMAGE = new RgbImage(7, 5, new byte[3 * 7 * 5]);

  @TempDir private Path folder;

  @Test
  void someMutationsAreReadAsNaflexOrRejected() throws IOException {
    assertThat(rejected(IntStream.range(0, 24))).isGreaterThan(12);
  }

  @Tag("nightly")
  @Test
  void manyMutationsAreReadAsNaflexOrRejected() throws IOException {
    assertThat(rejected(IntStream.range(100, 400))).isGreaterThan(150);
  }

  /** Returns the number of rejected models. */
  private int rejected(IntStream seeds) throws IOException {
    Path whole = TinyNaflex.write(folder.resolve("whole"));
    int rejected = 0;
    for (int seed : seeds.toArray()) {
      Path mutated = Files.createDirectory(folder.resolve("seed" + seed));
      try (Stream<Path> files = Files.list(whole)) {
        for (Path file : files.toList()) {
          Files.copy(file, mutated.resolve(file.getFileName()));
        }
      }
      mutate(mutated, seed, new Random(seed));
      rejected += isRejected(mutated) ? 1 : 0;
    }
    return rejected;
  }

  private static boolean isRejected(Path mutated) {
    try (Clip clip = Clip.load(mutated)) {
      assertThat(clip.family().traits().id()).as(mutated.toString()).isEqualTo("naflex");
      Embedder embedder = Embedder.unit(clip);
      assertThat(embedder.embed(IMAGE)).hasSize(24);
      assertThat(embedder.embedText("a cat")).hasSize(24);
      return false;
    } catch (KgCoopException e) {
      assertThat(e.getMessage()).as(mutated.toString()).hasLineCount(1).contains("seed");
      return true;
    }
  }

  private static void mutate(Path model, int seed, Random random) throws IOException {
    Path weights = model.resolve("model.safetensors");
    List<String> files =
        List.of("model.safetensors", "config.json", "preprocessor_config.json", "tokenizer.json");
    Path file = model.resolve(files.get(random.nextInt(files.size())));
    switch (seed % 8) {
      case 0 -> { // truncated
        byte[] all = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(all, random.nextInt(all.length)));
      }
      case 1 -> { // flipped bytes, in the header of weights
        byte[] all = Files.readAllBytes(file);
        for (int i = 0; i < 3; i++) {
          all[random.nextInt(Math.min(all.length, 4000))] ^= (byte) (1 << random.nextInt(7));
        }
        Files.write(file, all);
      }
      case 2 -> changed(weights, random, (tensors, i) -> tensors.remove(i));
      case 3 ->
          changed(
              weights,
              random,
              (tensors, i) -> {
                StoredTensor tensor = tensors.get(i);
                String name = tensor.name();
                List<String> names =
                    List.of(
                        name + "s",
                        name.replace("vision_model.", "visual."),
                        name.replace("text_model.", "text."),
                        name.replace("vision_model.encoder.layers", "visual.trunk.blocks"),
                        "vision_model.embeddings.class_embedding");
                tensors.set(i, tensor.withName(names.get(random.nextInt(names.size()))));
              });
      case 4 -> changed(weights, random, (tensors, i) -> tensors.set(i, reshaped(tensors, i)));
      case 5 -> // of another family
          Files.copy(
              mixed(random).resolve("model.safetensors"),
              random.nextBoolean() ? weights : model.resolve("other.safetensors"),
              StandardCopyOption.REPLACE_EXISTING);
      case 6 -> { // settings of another family, or none
        List<String> settings =
            List.of(
                "{}",
                "[]",
                "null",
                "",
                "{\"model_type\": \"siglip\"}",
                "{\"model_type\": \"clip\", \"text_config\": {}, \"vision_config\": {}}");
        Files.writeString(file, settings.get(random.nextInt(settings.size())));
      }
      default -> // tensors that other families have
          changed(
              weights,
              random,
              (tensors, i) ->
                  tensors.add(
                      StoredTensor.ofFloats(
                          List.of(
                                  "visual.attn_pool.probe", "visual.class_embedding",
                                  "visual.trunk.norm_pre.weight", "text.token_embedding.weight",
                                  "visual.trunk.embeds.proj.weight", "visual.conv1.weight")
                              .get(random.nextInt(6)),
                          new long[] {24},
                          new float[24])));
    }
  }

  private static Path mixed(Random random) {
    return random.nextBoolean() ? TinyClip.siglipFolder() : TinyClip.folder();
  }

  private static StoredTensor reshaped(List<StoredTensor> tensors, int i) {
    StoredTensor tensor = tensors.get(i);
    return i % 3 == 0
        ? new StoredTensor(
            tensor.name(), DType.INT32, tensor.shape(), tensor.data()) // of the same length
        : i % 3 == 1 ? tensor.reshaped(tensor.elements()) : tensor.reshaped(1, tensor.elements());
  }

  private interface Change {
    void apply(List<StoredTensor> tensors, int place);
  }

  private static void changed(Path weights, Random random, Change change) throws IOException {
    List<StoredTensor> tensors = new ArrayList<>(Safetensors.read(weights).tensors().values());
    change.apply(tensors, random.nextInt(tensors.size()));
    Path other = weights.resolveSibling("x.safetensors");
    Safetensors.write(other, tensors, Map.of());
    Files.move(other, weights, StandardCopyOption.REPLACE_EXISTING);
  }
}
