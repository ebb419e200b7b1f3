package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.parameter;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.method.CoOp;
import org.kgcoop.model.Head;
import org.kgcoop.model.ModelInputs;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.tensor.Scope;

class IvlpTest extends EncoderMethodContract {
  @Override
  List<EncoderMethod> methods() {
    return List.of(
        new Ivlp(new VisionLanguagePrompts(2, "", 3, 3, 2)),
        new Ivlp(new VisionLanguagePrompts(2, "", 1, 1, 3)),
        new Ivlp(new VisionLanguagePrompts(2, "a photo of a", 2, 0, 0)));
  }

  @Test
  void hasThePublishedNames() {
    try (TrainableModel model =
        new Ivlp(new VisionLanguagePrompts(2, "", 3, 3, 2)).model(clip, NAMES, 1)) {
      assertThat(model.parameters().keySet())
          .containsExactly(
              "prompt_learner.ctx",
              "image_encoder.VPT",
              "image_encoder.transformer.resblocks.1.VPT_shallow",
              "text_encoder.transformer.resblocks.1.VPT_shallow",
              "text_encoder.transformer.resblocks.2.VPT_shallow");
      assertThat(parameter(model, "image_encoder.VPT").shape()).containsExactly(3, 16);
    }
  }

  @Test
  void inFrontOfTheFirstBlockOfTextsAloneItIsCoOp() {
    try (TrainableModel model = moved(new Ivlp(new VisionLanguagePrompts(3, "", 1, 0, 0)));
        TrainableModel coOp = new CoOp(ContextSettings.shared(3, "")).model(clip, NAMES, 1);
        Scope scope = Scope.open("test")) {
      assertThat(model.inputs()).isEqualTo(ModelInputs.FEATURES);
      coOp.load(Map.of("ctx", parameter(model, "prompt_learner.ctx")));
      double[][] expected = logits(coOp);
      double[][] found = logits(model);
      for (int b = 0; b < expected.length; b++) {
        assertThat(found[b]).containsExactly(expected[b], within(1e-5));
      }
      assertThat(model.step(batch(model)).gradients().get(0).toFloats())
          .containsExactly(coOp.step(batch(coOp)).gradients().get(0).toFloats(), within(1e-5f));
    }
  }

  @Test
  void withoutRowsOfImagesTheEncoderIsTheClipsOwn() {
    try (TrainableModel model = moved(new Ivlp(new VisionLanguagePrompts(2, "", 2, 0, 0)));
        Head classifier = model.toHead()) {
      assertThat(classifier.encoder()).isEmpty();
    }
    try (TrainableModel model = moved(new Ivlp(new VisionLanguagePrompts(2, "", 2, 1, 1)));
        Head classifier = model.toHead();
        Scope scope = Scope.open("test")) {
      assertThat(features(classifier).toFloats()).isNotEqualTo(frozen().toFloats());
    }
  }

  @Test
  void rejectsWrongSettings() {
    refused(
        () -> read(new Ivlp(new VisionLanguagePrompts(2, "", 0, 1, 1))),
        "setting text_depth: expected 1 to 1,000, got 0");
    refused(
        () -> read(new Ivlp(new VisionLanguagePrompts(2, "", 1, -1, 1))),
        "setting image_tokens: expected 0 to 1,000, got -1");
    refused(
        () -> new Ivlp(new VisionLanguagePrompts(2, "", 1, 0, 1)),
        "expected both above 0, or both 0");
    refused(
        () -> new Ivlp(new VisionLanguagePrompts(2, "", 1, 1, 0)),
        "expected both above 0, or both 0");
    refused(
        () -> new Ivlp(new VisionLanguagePrompts(2, "", 1, 1, 4)).model(clip, NAMES, 1).close(),
        "IVLP's depth 4: the image encoder of this CLIP has 3 blocks");
  }
}
