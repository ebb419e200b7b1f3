package org.kgcoop.clip.biomed;

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
import org.kgcoop.files.Folders;
import org.kgcoop.fixtures.DamagedModels;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.random.PythonRandom;

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
        what += DamagedModels.changeTensors(tensors, random);
      }
      Files.delete(model.resolve(WEIGHTS));
      if (bin) {
        StateDictFiles.write(model.resolve(BIN), tensors);
      } else {
        Safetensors.write(model.resolve(WEIGHTS), List.copyOf(tensors.values()), Map.of());
      }
      if (!what.contains("tensor")) {
        what += DamagedModels.changeBytes(model, random);
      }
      rejected += DamagedModels.isRejected(model, BiomedFamily.class, what) ? 1 : 0;
    }
    assertThat(rejected).isGreaterThan(count / 2);
  }
}
