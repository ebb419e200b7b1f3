package org.kgcoop.clip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.fixtures.DamagedModels;
import org.kgcoop.fixtures.PeLayouts;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.random.PythonRandom;

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
          random.below(3) == 0
              ? DamagedModels.changeBytes(model, random)
              : changeTensors(model, tiny, random);
      Path file = Files.exists(weights) ? weights : model;
      rejected += DamagedModels.isRejected(file, PeFamily.class, what) ? 1 : 0;
    }
    assertThat(rejected).isGreaterThan(count / 2);
  }

  /** Changes the tensors of the model, in the layout of OpenCLIP or of Meta. */
  private static String changeTensors(Path model, Path tiny, PythonRandom random)
      throws IOException {
    boolean open = Files.exists(model.resolve("open_clip_config.json"));
    List<StoredTensor> released = PeLayouts.tensors(tiny);
    Map<String, StoredTensor> openClip = PeLayouts.openClip(released);
    Map<String, StoredTensor> meta = PeLayouts.meta(released);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>(open ? openClip : meta);
    String what;
    if (random.below(7) == 0) {
      (open ? meta : openClip)
          .values().stream()
              .filter(tensor -> tensor.name().startsWith("visual."))
              .forEach(tensor -> tensors.put(tensor.name(), tensor));
      what = "both layouts";
    } else {
      what = DamagedModels.changeTensors(tensors, random);
    }
    if (open) {
      Safetensors.write(model.resolve("open_clip_model.safetensors"), tensors.values(), Map.of());
    } else {
      Files.delete(model.resolve("PE-Core-T16-384.pt"));
      Safetensors.write(model.resolve("model.safetensors"), tensors.values(), Map.of());
    }
    return (open ? "open, " : "meta, ") + what;
  }
}
