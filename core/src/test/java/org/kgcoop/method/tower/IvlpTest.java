package org.kgcoop.method.tower;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.method.CoOp;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.Inputs;
import org.kgcoop.prompt.Learner;
import org.kgcoop.tensor.Scope;

class IvlpTest extends TowerContract {
  @Override
  List<TowerMethod> methods() {
    return List.of(
        new Ivlp(new VisionLanguageRows(2, "", 3, 3, 2)),
        new Ivlp(new VisionLanguageRows(2, "", 1, 1, 3)),
        new Ivlp(new VisionLanguageRows(2, "a photo of a", 2, 0, 0)));
  }

  @Test
  void itsParametersHaveTheirPublishedNames() {
    try (Learner learner =
        new Ivlp(new VisionLanguageRows(2, "", 3, 3, 2)).learner(clip, NAMES, 1)) {
      assertThat(learner.parameters().keySet())
          .containsExactly(
              "prompt_learner.ctx",
              "image_encoder.VPT",
              "image_encoder.transformer.resblocks.1.VPT_shallow",
              "text_encoder.transformer.resblocks.1.VPT_shallow",
              "text_encoder.transformer.resblocks.2.VPT_shallow");
      assertThat(parameter(learner, "image_encoder.VPT").shape()).containsExactly(3, 16);
    }
  }

  @Test
  void inFrontOfTheFirstBlockOfTextsAloneItIsCoOp() {
    try (Learner learner = moved(new Ivlp(new VisionLanguageRows(3, "", 1, 0, 0)));
        Learner coOp = new CoOp(ContextSettings.shared(3, "")).learner(clip, NAMES, 1);
        Scope scope = Scope.open("test")) {
      assertThat(learner.inputs()).isEqualTo(Inputs.FEATURES);
      coOp.load(Map.of("ctx", parameter(learner, "prompt_learner.ctx")));
      double[][] expected = logits(coOp);
      double[][] found = logits(learner);
      for (int b = 0; b < expected.length; b++) {
        assertThat(found[b]).containsExactly(expected[b], within(1e-5));
      }
      assertThat(learner.step(batch(learner)).gradients().get(0).toFloats())
          .containsExactly(coOp.step(batch(coOp)).gradients().get(0).toFloats(), within(1e-5f));
    }
  }

  @Test
  void withoutRowsOfImagesTheTowerIsTheClipsOwn() {
    try (Learner learner = moved(new Ivlp(new VisionLanguageRows(2, "", 2, 0, 0)));
        FeatureClassifier classifier = learner.fixed()) {
      assertThat(classifier.encoder()).isEmpty();
    }
    try (Learner learner = moved(new Ivlp(new VisionLanguageRows(2, "", 2, 1, 1)));
        FeatureClassifier classifier = learner.fixed();
        Scope scope = Scope.open("test")) {
      assertThat(features(classifier).toFloats()).isNotEqualTo(frozen().toFloats());
    }
  }

  @Test
  void whatIsWrongIsRefusedInALine() {
    refused(
        () -> read(new Ivlp(new VisionLanguageRows(2, "", 0, 1, 1))),
        "IVLP's text_depth: expected at least 1, got 0");
    refused(
        () -> read(new Ivlp(new VisionLanguageRows(2, "", 1, -1, 1))),
        "IVLP's image_tokens: expected at least 0, got -1");
    refused(
        () -> new Ivlp(new VisionLanguageRows(2, "", 1, 0, 1)), "expected both above 0, or both 0");
    refused(
        () -> new Ivlp(new VisionLanguageRows(2, "", 1, 1, 0)), "expected both above 0, or both 0");
    refused(
        () -> new Ivlp(new VisionLanguageRows(2, "", 1, 1, 4)).learner(clip, NAMES, 1).close(),
        "IVLP's depth 4: the image tower of this CLIP has 3 blocks");
  }
}
