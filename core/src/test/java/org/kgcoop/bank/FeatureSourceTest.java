package org.kgcoop.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.fixtures.Pictures;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class FeatureSourceTest {
  @TempDir Path folder;

  @Test
  void anExampleOfAPoolIsViewVOfImageN() {
    DataSet data = Pictures.dataSet(folder, List.of("a", "b"), 2, 0, 1);
    try (Clip clip = TinyClip.load();
        Scope scope = Scope.open("test")) {
      FeatureBank bank = FeatureBank.inMemory(new PictureEncoder(clip, new Images(warning -> {})));
      FeatureSource pool = source(bank, data, "pool:3");
      assertThat(pool.count()).isEqualTo(4);
      assertThat(pool.labels()).containsExactly(0, 0, 1, 1);
      assertThat(pool.exampleLabels()).containsExactly(0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1);
      Tensor all = pool.raw(); // (3, 4, E)
      int[] examples = {11, 0, 6};
      for (int epoch = 0; epoch < 2; epoch++) {
        Tensor found = pool.features(examples, epoch);
        for (int i = 0; i < examples.length; i++) {
          assertThat(found.select(0, i).toFloats())
              .isEqualTo(all.select(0, examples[i] / 4).select(0, examples[i] % 4).toFloats());
        }
      }
      // The views are those that a bank of as many has.
      FeatureSource views = source(bank, data, "bank:3");
      assertThat(views.raw().toFloats()).isEqualTo(all.toFloats());
      assertThat(views.exampleLabels()).isEqualTo(views.labels());
    }
  }

  private static FeatureSource source(FeatureBank bank, DataSet data, String augmentation) {
    FeatureSource source =
        new FeatureSource(bank, data.train(), Augmentation.ofId(augmentation), 1);
    double unused = source.prepare(done -> {});
    return source;
  }
}
