package org.kgcoop.clip.biomed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.files.Folders;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Scope;

/**
 * Damaged, renamed and mixed files of BiomedCLIP. Each is rejected with one line, or is still read
 * as BiomedCLIP.
 */
class BiomedMutationsTest {
  private static final String WEIGHTS = "open_clip_model.safetensors";
  private static final String BIN = "open_clip_pytorch_model.bin";

  @TempDir Path folder;

  @Test
  void aDamagedFileIsRejectedOrStaysABiomedClip() throws IOException {
    mutate(40);
  }

  @Test
  @Tag("nightly")
  void manyDamagedFilesAreRejectedOrStayABiomedClip() throws IOException {
    mutate(300);
  }

  private void mutate(int count) throws IOException {
    int rejected = 0;
    for (int seed = 0; seed < count; seed++) {
      PythonRandom random = new PythonRandom(seed);
      Path model = Files.createDirectories(folder.resolve("model" + seed));
      for (Path file : Folders.files(TinyClip.biomedFolder())) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
      Map<String, StoredTensor> tensors =
          new LinkedHashMap<>(Safetensors.read(model.resolve(WEIGHTS)).tensors());
      boolean bin = random.below(3) == 0;
      String what = "seed " + seed + ": ";
      if (random.below(2) == 0) {
        what += changeTensors(tensors, random);
      }
      Files.delete(model.resolve(WEIGHTS));
      if (bin) {
        StateDictFiles.write(model.resolve(BIN), tensors);
      } else {
        Safetensors.write(model.resolve(WEIGHTS), List.copyOf(tensors.values()), Map.of());
      }
      if (!what.contains("tensor")) {
        what += changeBytes(model, random);
      }
      rejected += isRejected(model, what) ? 1 : 0;
    }
    assertThat(rejected).isGreaterThan(count / 2);
  }

  private static boolean isRejected(Path model, String what) {
    try (Clip clip = Clip.load(model);
        Scope scope = Scope.open("test")) {
      int size = clip.preprocessing().size();
      TextFeatures.ofTexts(clip, List.of("a chest x-ray")).toFloats();
      clip.imageEncoder().features(TinyClip.normal(1, 1, 1, 3, size, size)).toFloats();
      assertThat(clip.family()).as(what).isInstanceOf(BiomedFamily.class);
      return false;
    } catch (KgCoopException e) {
      assertThat(e.getMessage()).as(what).doesNotContain("\n").isNotBlank();
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  /** Cuts a file of the model, changes some of its bytes, or removes it. */
  private static String changeBytes(Path model, PythonRandom random) throws IOException {
    List<Path> files = Folders.files(model);
    Path file = files.get(random.below(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    int kind = random.below(5);
    if (kind == 0) {
      Files.delete(file);
      return file.getFileName() + " removed";
    }
    if (kind < 3) {
      int length = random.below(bytes.length);
      Files.write(file, Arrays.copyOf(bytes, length));
      return file.getFileName() + " cut to " + length;
    }
    int from = random.below(Math.min(bytes.length, 4000));
    for (int i = 0; i <= random.below(8) && from + i < bytes.length; i++) {
      bytes[from + i] = (byte) random.below(256);
    }
    Files.write(file, bytes);
    return file.getFileName() + " changed at " + from;
  }

  private static String changeTensors(Map<String, StoredTensor> tensors, PythonRandom random) {
    List<String> names = new ArrayList<>(tensors.keySet());
    String name = names.get(random.below(names.size()));
    StoredTensor tensor = tensors.get(name);
    switch (random.below(6)) {
      case 0 -> {
        tensors.remove(name);
        return "tensor " + name + " removed";
      }
      case 1 -> {
        String other = names.get(random.below(names.size()));
        tensors.remove(name);
        tensors.put(other, tensor.withName(other));
        return "tensor " + name + " renamed to " + other;
      }
      case 2 -> {
        String other = name.replaceFirst("[a-z]+", "x");
        tensors.remove(name);
        tensors.put(other, tensor.withName(other));
        return "tensor " + name + " renamed to " + other;
      }
      case 3 -> {
        long[] shape = tensor.shape();
        if (shape.length > 0) {
          shape[random.below(shape.length)] += 1 + random.below(9);
        }
        int values = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        tensors.put(name, StoredTensor.ofFloats(name, shape, new float[values]));
        return "tensor " + name + " has shape " + Arrays.toString(shape);
      }
      case 4 -> {
        Path other = random.below(2) == 0 ? TinyClip.folder() : TinyClip.siglipFolder();
        List<StoredTensor> others =
            List.copyOf(Safetensors.read(other.resolve("model.safetensors")).tensors().values());
        others
            .subList(0, 1 + random.below(others.size()))
            .forEach(each -> tensors.put(each.name(), each));
        return "tensors of " + other.getFileName() + " mixed in";
      }
      default -> {
        String beginning = name.split("\\.", 3)[0] + ".";
        tensors.keySet().removeIf(each -> each.startsWith(beginning));
        return "tensors without " + beginning;
      }
    }
  }
}
