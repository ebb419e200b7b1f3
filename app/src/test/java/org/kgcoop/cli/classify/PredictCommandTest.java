package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.CoOp;
import org.kgcoop.method.catalogue.ClassifierFile;
import org.kgcoop.prompt.ContextSettings;
import org.kgcoop.prompt.Learner;

class PredictCommandTest {
  @TempDir Path folder;

  @Test
  void classesOfOneNameAreToldApartByTheirNumber() throws IOException {
    Path weights = folder.resolve("clip");
    RandomClip.write(weights, RandomClip.TINY, 1);
    SampleDrawings.copyTo(folder.resolve("drawings"));
    Path picture = folder.resolve("drawings/bell/0.png");
    List<String> names = List.of("missile", "bell", "missile"); // as two of ImageNet's
    Path prompt = folder.resolve("classifier.safetensors");
    CoOp method = new CoOp(ContextSettings.shared(4, "a photo of a"));
    try (Clip clip = Clip.load(weights);
        Learner learner = method.learner(clip, names, 5)) {
      Map<String, StoredTensor> tensors = new LinkedHashMap<>();
      learner.parameters().forEach((k, v) -> tensors.put(k, StoredTensor.of(k, v)));
      new ClassifierFile(method, names, "a photo of a {}.", clip.fingerprint(), "", "1", tensors)
          .write(prompt);
    }

    Cli.Result lines = Cli.run("predict", prompt, picture, "--top", 3, "--clip", weights);
    assertThat(lines.exitCode()).as(lines.err()).isZero();
    assertThat(lines.out()).contains("\tmissile (class 0)\t", "\tmissile (class 2)\t", "\tbell\t");

    Cli.Result json = Cli.run("predict", prompt, picture, "--top", 3, "--json", "--clip", weights);
    JsonNode classes =
        new ObjectMapper().readTree(json.out()).path("pictures").path(0).path("classes");
    assertThat(classes).hasSize(3);
    for (JsonNode each : classes) {
      assertThat(each.path("class").asText()).isEqualTo(names.get(each.path("index").asInt()));
    }
  }
}
