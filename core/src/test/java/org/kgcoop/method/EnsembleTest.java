package org.kgcoop.method;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.Templates;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.model.Head;
import org.kgcoop.tensor.Scope;

class EnsembleTest {
  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  @Test
  void addsTheTemplateOfTheDataSet() {
    List<String> names = List.of("a", "b", "c");
    List<String> all = new ArrayList<>(Templates.ENSEMBLE);
    all.add("a texture of {}.");
    try (Scope scope = Scope.open("test");
        Head ensemble =
            new Ensemble("a texture of {}.", Templates.ENSEMBLE, true).classifier(clip, names);
        Head byHand = new ZeroShot(all).classifier(clip, names)) {
      assertThat(ensemble.classFeatures().orElseThrow().toFloats())
          .isEqualTo(byHand.classFeatures().orElseThrow().toFloats());
    }
    assertThat(Templates.ENSEMBLE).hasSize(7);
  }

  @Test
  void leavesOutTheTemplateOfTheDataSet() {
    List<String> names = List.of("a", "b", "c");
    try (Scope scope = Scope.open("test");
        Head ensemble = new Ensemble("a {}.", Templates.ENSEMBLE, false).classifier(clip, names);
        Head byHand = new ZeroShot(Templates.ENSEMBLE).classifier(clip, names)) {
      assertThat(ensemble.classFeatures().orElseThrow().toFloats())
          .isEqualTo(byHand.classFeatures().orElseThrow().toFloats());
    }
  }
}
