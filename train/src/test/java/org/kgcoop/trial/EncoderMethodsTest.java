package org.kgcoop.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.classifier.PublishedDefaults;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.Item;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.method.encoder.EncoderMethod;
import org.kgcoop.settings.SettingValues;

/**
 * Runs of the methods that train parts of the image encoder: some of them in {@code verify}, and
 * all of the catalogue with {@code -Pnightly}.
 */
@Tag("system")
class EncoderMethodsTest {
  private final TinyLab lab = new TinyLab(TinyClip.deep());
  @TempDir Path folder;

  @AfterEach
  void close() {
    lab.close();
  }

  static Stream<String> methods() {
    String tested = System.getProperty("kgcoop.methods", "all");
    return MethodRegistry.ids().stream()
        .filter(id -> tested.equals("all") || List.of(tested.split(",", -1)).contains(id))
        .filter(id -> MethodRegistry.parse(json(id)) instanceof EncoderMethod);
  }

  private static SettingValues json(String id) {
    return SettingValues.of("method", id);
  }

  /** Returns settings that fit encoders with three blocks. */
  private static SettingValues settings(String id) {
    SettingValues settings = json(id);
    List<String> keys = MethodRegistry.keys(id);
    for (String key : List.of("depth", "text_depth", "image_depth")) {
      settings = keys.contains(key) ? settings.with(key, 2) : settings;
    }
    return keys.contains("representation_layers")
        ? settings.with("representation_layers", List.of(2, 3)).with("dimension", 8)
        : settings;
  }

  private static ExperimentPlan plan(String id, String augmentation) {
    SettingValues training =
        SettingValues.of("epochs", 2)
            .with("batch_size", 2)
            .with("checkpoint_every", 1)
            .with("augment", augmentation);
    return new ExperimentPlan(
        List.of(MethodSpec.of(settings(id), training, PublishedDefaults.BASE_TO_NEW)),
        List.of(2),
        List.of(1L),
        1);
  }

  private DataSet data() {
    return TestImages.dataSet(folder.resolve("abcd"), List.of("a", "b", "c", "d"), 2, 0, 2);
  }

  @ParameterizedTest
  @Tag("equality")
  @Tag("nightly")
  @MethodSource("methods")
  void resumesByteIdentically(String id) throws IOException {
    BaseToNew protocol = new BaseToNew(List.of(data()));
    for (String augmentation : List.of("online", "test")) {
      ExperimentPlan plan = plan(id, augmentation);
      Path whole = folder.resolve(augmentation);
      JsonNode table = lab.run(protocol, plan, whole);
      Path run = whole.resolve(table.path("cells").path(0).path("run").asText());
      AtomicInteger steps = new AtomicInteger();
      Path torn = folder.resolve("torn-" + augmentation);
      int stops = 0;
      while (!Files.exists(torn.resolve("results.json"))) {
        try {
          JsonNode unused = lab.run(protocol, plan, torn, () -> steps.incrementAndGet() % 3 == 0);
        } catch (KgCoopException e) {
          assertThat(e.category()).isEqualTo(KgCoopException.Category.INTERRUPTED);
          stops++;
        }
      }
      assertThat(stops).isGreaterThanOrEqualTo(1);
      Path other = torn.resolve(whole.relativize(run));
      assertThat(Files.readAllBytes(other.resolve("classifier.safetensors")))
          .isEqualTo(Files.readAllBytes(run.resolve("classifier.safetensors")));
      assertThat(TinyLab.json(other.resolve("predictions.json")))
          .isEqualTo(TinyLab.json(run.resolve("predictions.json")));
    }
  }

  @ParameterizedTest
  @MethodSource("methods")
  void aClassifierAnswersAsTheRunWasMeasured(String id) {
    DataSet data = data();
    JsonNode table = lab.run(new BaseToNew(List.of(data)), plan(id, "test"), folder.resolve("out"));
    Path run = folder.resolve("out").resolve(table.path("cells").path(0).path("run").asText());
    JsonNode target = TinyLab.results(run).path("targets").path(0);
    assertThat(target.path("name").asText()).isEqualTo("base");
    try (Classifier classifier = Classifier.load(run, lab.clip)) {
      List<Item> items = data.test().stream().filter(item -> item.label() < 2).toList();
      List<String> names = classifier.classNames();
      for (int i = 0; i < items.size(); i++) {
        String found = classifier.classify(items.get(i).file()).best().className();
        assertThat(found).isEqualTo(names.get(target.path("predictions").path(i).asInt()));
      }
    }
  }

  @Test
  void rejectsAResNet() {
    try (TinyLab other = new TinyLab(TinyClip.resNet())) {
      assertThatThrownBy(
              () ->
                  other.run(
                      new BaseToNew(List.of(data())),
                      plan("vpt", "test"),
                      folder.resolve("refused")))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("VPT trains inside a ViT of CLIP");
    }
  }
}
