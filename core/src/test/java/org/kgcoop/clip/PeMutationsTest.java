package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.files.Folders;
import org.kgcoop.fixtures.PeLayouts;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.random.PythonRandom;
import org.kgcoop.tensor.Scope;

/**
 * Damaged and mixed files of PE-Core. Each is rejected with one line, or is still read as PE-Core.
 */
class PeMutationsTest {
  @TempDir Path folder;

  @Test
  void aDamagedFileIsRejectedOrStaysAPeCore() throws IOException {
    mutate(60);
  }

  @Test
  @Tag("nightly")
  void manyDamagedFilesAreRejectedOrStayAPeCore() throws IOException {
    mutate(300);
  }

  private void mutate(int count) throws IOException {
    int rejected = 0;
    for (int seed = 0; seed < count; seed++) {
      PythonRandom random = new PythonRandom(seed);
      Path tiny = seed % 2 == 0 ? TinyClip.peFolder() : TinyClip.peWithoutClassTokenFolder();
      Path model = folder.resolve("model" + seed);
      String what = "seed " + seed + ": ";
      Path weights;
      if (random.below(3) == 0) {
        weights = PeLayouts.writeMeta(model, tiny);
      } else {
        weights = PeLayouts.writeOpenClip(model, tiny);
      }
      what +=
          random.below(3) == 0 ? changeBytes(model, random) : changeTensors(model, tiny, random);
      Path file = Files.exists(weights) ? weights : model;
      rejected += isRejected(file, what) ? 1 : 0;
    }
    assertThat(rejected).isGreaterThan(count / 2);
  }

  private static boolean isRejected(Path file, String what) {
    try (Clip clip = Clip.load(file);
        Scope scope = Scope.open("test")) {
      int size = clip.preprocessing().size();
      TextFeatures.ofTexts(clip, List.of("a cat")).toFloats();
      clip.imageEncoder().features(TinyClip.normal(1, 1, 1, 3, size, size)).toFloats();
      assertThat(clip.family()).as(what).isInstanceOf(PeFamily.class);
      return false;
    } catch (KgCoopException e) {
      assertThat(e.getMessage()).as(what).doesNotContain("\n").isNotBlank();
      return true;
    } catch (RuntimeException e) {
      throw new AssertionError(what, e);
    }
  }

  /** Cuts a file of the model, or changes some of its bytes. */
  private static String changeBytes(Path model, PythonRandom random) throws IOException {
    List<Path> files = Folders.files(model);
    Path file = files.get(random.below(files.size()));
    byte[] bytes = Files.readAllBytes(file);
    String what = file.getFileName() + " ";
    if (random.below(2) == 0) {
      bytes = Arrays.copyOf(bytes, random.below(bytes.length));
      what += "cut to " + bytes.length;
    } else {
      int from = random.below(Math.min(bytes.length, 4000));
      for (int i = 0; i <= random.below(8) && from + i < bytes.length; i++) {
        bytes[from + i] = (byte) random.below(256);
      }
      what += "changed at " + from;
    }
    Files.write(file, bytes);
    return what;
  }

  /** Changes the tensors of the model, in the layout of OpenCLIP or of Meta. */
  private static String changeTensors(Path model, Path tiny, PythonRandom random)
      throws IOException {
    boolean open = Files.exists(model.resolve("open_clip_config.json"));
    List<StoredTensor> released = PeLayouts.tensors(tiny);
    List<StoredTensor> tensors =
        new ArrayList<>((open ? PeLayouts.openClip(released) : PeLayouts.meta(released)).values());
    int at = random.below(tensors.size());
    StoredTensor tensor = tensors.get(at);
    String what = tensor.name();
    switch (random.below(7)) {
      case 0 -> {
        tensors.remove(at);
        what += " removed";
      }
      case 1 -> {
        StoredTensor other = tensors.get(random.below(tensors.size()));
        tensors.removeIf(t -> t.name().equals(other.name()));
        tensors.set(
            tensors.indexOf(tensor) < 0 ? 0 : tensors.indexOf(tensor),
            tensor.withName(other.name()));
        what += " renamed to " + other.name();
      }
      case 2 -> {
        tensors.set(at, tensor.withName(tensor.name().replaceFirst("[a-z]+", "x")));
        what += " renamed";
      }
      case 3 -> {
        long[] shape = tensor.shape();
        if (shape.length > 0) {
          int axis = random.below(shape.length);
          shape[axis] += 1 + random.below(9);
        }
        int values = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        tensors.set(at, StoredTensor.ofFloats(tensor.name(), shape, new float[values]));
        what += " has shape " + Arrays.toString(shape);
      }
      case 4 -> { // the tensors of another family
        Path other = random.below(2) == 0 ? TinyClip.folder() : TinyClip.siglipFolder();
        List<StoredTensor> others = PeLayouts.tensors(other);
        tensors.addAll(others.subList(0, 1 + random.below(others.size())));
        List<StoredTensor> distinct = new ArrayList<>();
        for (StoredTensor each : tensors) {
          distinct.removeIf(t -> t.name().equals(each.name()));
          distinct.add(each);
        }
        tensors = distinct;
        what = "mixed with " + other.getFileName();
      }
      case 5 -> { // both layouts
        tensors.addAll(
            (open ? PeLayouts.meta(released) : PeLayouts.openClip(released))
                .values().stream().filter(t -> t.name().startsWith("visual.")).toList());
        what = "both layouts";
      }
      default -> {
        String beginning = tensor.name().split("\\.", 3)[0] + ".";
        tensors.removeIf(t -> t.name().startsWith(beginning));
        what = "without " + beginning;
        if (tensors.isEmpty()) {
          tensors.add(tensor);
        }
      }
    }
    if (open) {
      Safetensors.write(model.resolve("open_clip_model.safetensors"), tensors, Map.of());
    } else {
      Files.delete(model.resolve("PE-Core-T16-384.pt"));
      Safetensors.write(model.resolve("model.safetensors"), tensors, Map.of());
    }
    return (open ? "open, " : "meta, ") + what;
  }
}
