package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.parameter;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

class VptTest extends EncoderMethodContract {
  private static final String TEMPLATE = "a photo of a {}.";

  @Override
  List<EncoderMethod> methods() {
    return List.of(new Vpt(3, 2, TEMPLATE), new Vpt(2, 3, "the {}"), new Vpt(1, 1, TEMPLATE));
  }

  @Test
  void itsTextsAreThoseOfTheTemplate() {
    try (TrainableModel model = moved(new Vpt(2, 2, "the {}"));
        Head classifier = model.toHead();
        Head texts = new ZeroShot(List.of("the {}")).classifier(clip, NAMES)) {
      assertThat(classifier.classFeatures().orElseThrow().toFloats())
          .containsExactly(texts.classFeatures().orElseThrow().toFloats(), within(1e-5f));
    }
    assertThat(new Vpt(2, 2, "the {}").forDataSetOf(new Vpt(9, 9, "{} texture.")))
        .isEqualTo(new Vpt(2, 2, "{} texture."));
  }

  /** Attention does not depend on order, and prompt tokens have no position embedding. */
  @Test
  void theOrderOfItsRowsDoesNotMatter() {
    try (TrainableModel model = moved(new Vpt(3, 1, TEMPLATE));
        Head classifier = model.toHead();
        Scope scope = Scope.open("test")) {
      float[] expected = features(classifier).toFloats();
      Tensor rows = parameter(model, "image_encoder.VPT");
      Tensor turned = rows.indexSelect(0, Tensor.of(new long[] {2, 0, 1}, 3));
      model.load(Map.of("image_encoder.VPT", turned));
      assertThat(features(classifier).toFloats()).containsExactly(expected, within(1e-5f));
    }
  }

  @Test
  void rejectsWrongSettings() {
    refused(
        () -> read(new Vpt(0, 1, TEMPLATE)), "setting image_tokens: expected 1 to 1,000, got 0");
    refused(() -> read(new Vpt(1, 0, TEMPLATE)), "setting image_depth: expected 1 to 1,000, got 0");
    refused(() -> read(new Vpt(1, 1, "a photo")), "expected {} where the class name goes");
    refused(
        () -> new Vpt(2, 4, TEMPLATE).model(clip, NAMES, 1).close(),
        "VPT's depth 4: the image encoder of this CLIP has 3 blocks");
  }
}
