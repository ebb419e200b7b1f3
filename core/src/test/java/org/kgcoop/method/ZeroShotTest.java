package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.rows;
import static org.kgcoop.method.TinyModels.NAMES;
import static org.kgcoop.method.TinyModels.batch;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Scope;

/** Compares zero-shot classifiers with a plain loop. */
class ZeroShotTest {
  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void averagesTheUnitFeaturesOfTheTemplates() {
    List<String> templates = List.of("a photo of a {}.", "{} texture");
    try (Head ensemble = new ZeroShot(templates).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      double[][] a = rows(TextFeatures.handCrafted(clip, NAMES, templates.get(0)));
      double[][] b = rows(TextFeatures.handCrafted(clip, NAMES, templates.get(1)));
      double[][] f = rows(batch().features());
      double[][] logits = rows(ensemble.logits(batch().features()));
      for (int c = 0; c < 3; c++) {
        double norm = 0;
        for (int e = 0; e < 12; e++) {
          norm += Math.pow((a[c][e] + b[c][e]) / 2, 2);
        }
        for (int i = 0; i < 2; i++) {
          double dot = 0;
          for (int e = 0; e < 12; e++) {
            dot += f[i][e] * (a[c][e] + b[c][e]) / 2 / Math.sqrt(norm);
          }
          assertThat(logits[i][c]).isCloseTo(clip.logitScale() * dot, within(1e-4));
        }
      }
    }
  }
}
