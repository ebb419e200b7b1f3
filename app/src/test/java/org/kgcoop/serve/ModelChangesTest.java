package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.SealedFile;
import org.kgcoop.method.catalogue.PromptFile;
import org.kgcoop.serve.InferenceClient.Answer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.model.ModelRegistry;

class ModelChangesTest {
  private static final String TOKEN = "0123456789abcdef";
  private static final int REPLACED = 30;

  @TempDir static Path folder;
  private static Clip clip;
  private static byte[] first; // two prompt files that differ
  private static byte[] second;
  private static byte[] picture;
  private static final List<String> LOG = new ArrayList<>();

  @BeforeAll
  static void open() throws IOException {
    RandomClip.write(folder.resolve("clip"), RandomClip.TINY, 1);
    clip = Clip.load(folder.resolve("clip"));
    first = bytes(TinyPrompt.of(clip, 1));
    second = bytes(TinyPrompt.of(clip, 2));
    BufferedImage image = new BufferedImage(50, 40, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 2000; i++) {
      image.setRGB(i % 50, i / 50, i * 8009);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, "png", bytes)).isTrue();
    picture = bytes.toByteArray();
  }

  @AfterAll
  static void close() {
    clip.close();
    assertThat(LOG).isEmpty();
  }

  private static byte[] bytes(PromptFile prompt) throws IOException {
    Path file = folder.resolve("prompt.safetensors");
    prompt.write(file);
    return Files.readAllBytes(file);
  }

  private static Classifier classifier(byte[] prompt) {
    return Classifier.of(PromptFile.read(prompt), clip, TinyPrompt.NAMES);
  }

  /** A server with a model "pets", which is the first prompt. */
  private static final class Served implements AutoCloseable {
    final ModelRegistry models;
    private final ClassifierServer server;
    private final InferenceClient client;

    Served(@Nullable String token) {
      models = new ModelRegistry(new LinkedHashMap<>(Map.of("pets", classifier(first))));
      server =
          new ClassifierServer(
              clip,
              models,
              new ServerSettings(
                  "127.0.0.1",
                  0,
                  token,
                  "a {}.",
                  64,
                  Duration.ofSeconds(20),
                  100_000,
                  0,
                  ServerSettings.DEFAULT_MAX_PIXELS),
              null,
              LOG::add,
              null);
      client = new InferenceClient(server.port());
    }

    Classifier pets() {
      return Objects.requireNonNull(models.all().get("pets"));
    }

    HttpRequest.Builder request(String path) {
      return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
          .header("Authorization", "Bearer " + TOKEN);
    }

    Answer get(String path) {
      return client.send(request(path));
    }

    Answer put(String name, byte[] file) {
      return client.send(request("/v1/models/" + name).PUT(BodyPublishers.ofByteArray(file)));
    }

    Answer delete(String name) {
      return client.send(request("/v1/models/" + name).DELETE());
    }

    /** The probabilities in the order of {@link TinyPrompt#NAMES}. */
    float[] classify(String model) {
      Answer answer =
          client.send(
              request("/v1/classify?model=" + model).POST(BodyPublishers.ofByteArray(picture)));
      assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
      float[] probabilities = new float[TinyPrompt.NAMES.size()];
      for (JsonNode each : answer.json().path("classes")) {
        probabilities[TinyPrompt.NAMES.indexOf(each.path("class").asText())] =
            each.path("probability").floatValue();
      }
      return probabilities;
    }

    @Override
    public void close() {
      server.close();
      models.close();
    }
  }

  private static double distance(float[] a, float[] b) {
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
    }
    return largest;
  }

  private static float[] expected(byte[] prompt) {
    try (Classifier classifier = classifier(prompt)) {
      return classifier.classify(picture).probabilities();
    }
  }

  private static void assertRefused(Answer answer, int status, String reason) {
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(status);
    assertThat(answer.error()).contains(reason).doesNotContain("Exception", "org.", "/");
  }

  @Test
  void modelsComeAndGo() {
    try (Served served = new Served(TOKEN)) {
      assertThat(served.get("/v2/models/new/ready").status()).isEqualTo(404);
      Answer added = served.put("new", second);
      assertThat(added.status()).isEqualTo(201);
      assertThat(added.json().path("method").asText()).isEqualTo("kgcoop");
      assertThat(served.get("/v2/models/new/ready").json().path("ready").asBoolean()).isTrue();
      assertThat(served.get("/v1/models").json().findValuesAsText("name"))
          .containsExactly("pets", "new");
      assertThat(distance(served.classify("new"), expected(second))).isLessThan(1e-5);

      Classifier replaced = served.pets();
      assertThat(served.put("pets", second).status()).isEqualTo(200);
      assertThat(distance(served.classify("pets"), expected(second))).isLessThan(1e-5);
      assertThatThrownBy(() -> replaced.classify(picture)).hasMessageContaining("closed");
      assertThat(served.get("/v1/models").json().findValuesAsText("name"))
          .containsExactly("pets", "new"); // in its place

      assertThat(served.delete("pets").status()).isEqualTo(204);
      assertThat(served.get("/v2/models/pets").status()).isEqualTo(404);
      assertRefused(served.delete("pets"), 404, "expected one of new");
      assertRefused(served.delete("new"), 409, "only model");
    }
  }

  @Test
  void whatIsNoPromptOfThisClipIsRefusedAndTheModelStays() throws IOException {
    Path otherFolder = folder.resolve("other");
    RandomClip.write(otherFolder, RandomClip.TINY, 2);
    byte[] foreign;
    try (Clip other = Clip.load(otherFolder)) {
      foreign = bytes(TinyPrompt.of(other, 1));
    }
    byte[] damaged = first.clone();
    damaged[damaged.length - 1] ^= 1;
    try (Served served = new Served(TOKEN)) {
      assertRefused(served.put("pets", foreign), 400, "another CLIP");
      assertRefused(served.put("pets", damaged), 400, "damaged prompt file");
      assertRefused(served.put("pets", picture), 400, "safetensors");
      assertRefused(served.put("pets", new byte[0]), 400, "too few");
      assertRefused(served.put("pets", new byte[100_001]), 413, "at most");
      assertRefused(served.put("a%2Fb", first), 400, "name");
      assertRefused(served.put("%20", first), 400, "name");
      for (String dots : List.of("%2E", "%2e%2e", ".%2E")) { // which no address leads to
        assertThat(served.put(dots, first).status()).as(dots).isBetween(400, 405);
      }
      assertThat(served.get("/v1/models").json().findValuesAsText("name")).containsExactly("pets");
      assertThat(distance(served.classify("pets"), expected(first))).isLessThan(1e-5);
    }
  }

  /** Whatever a sealed file says instead, it is used or refused, and neither is a failure. */
  @Test
  void aPromptFileWithAnySettingChangedIsRefusedOrRead() throws IOException {
    SealedFile.Content content =
        SealedFile.open(Safetensors.read(Path.of("first"), first), "prompt file");
    List<JsonNode> values =
        List.of(
            NullNode.getInstance(),
            TextNode.valueOf(""),
            TextNode.valueOf("abc"),
            IntNode.valueOf(-1),
            IntNode.valueOf(Integer.MAX_VALUE),
            DoubleNode.valueOf(Double.MAX_VALUE),
            BooleanNode.TRUE,
            JsonNodeFactory.instance.arrayNode(),
            JsonNodeFactory.instance.objectNode());
    Path file = folder.resolve("changed.safetensors");
    int refused = 0;
    try (Served served = new Served(TOKEN)) {
      for (String at : pointers(content.json(), "")) {
        int slash = at.lastIndexOf('/');
        for (JsonNode value : values) {
          ObjectNode changed = content.json().deepCopy();
          ObjectNode parent = (ObjectNode) changed.at(at.substring(0, slash));
          JsonNode unused = parent.replace(at.substring(slash + 1), value);
          SealedFile.write(file, content.tensors().values(), changed);
          Answer answer = served.put("other", Files.readAllBytes(file));
          assertThat(answer.status()).as(at + " is " + value).isIn(200, 201, 400);
          if (answer.status() == 400) {
            assertThat(answer.error()).isNotBlank().doesNotContain("Exception", "org.", "java");
            refused++;
          }
        }
      }
    }
    assertThat(refused).isGreaterThan(50);
  }

  /** The places of all fields, as JSON pointers. */
  private static List<String> pointers(JsonNode object, String above) {
    List<String> pointers = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : object.properties()) {
      String here = above + "/" + field.getKey();
      pointers.add(here);
      if (field.getValue().isObject()) {
        pointers.addAll(pointers(field.getValue(), here));
      }
    }
    return pointers;
  }

  @Test
  void withoutATokenModelsDoNotChangeByRequest() {
    try (Served served = new Served(null)) {
      assertRefused(served.put("pets", second), 403, "--token-file");
      assertRefused(served.delete("pets"), 403, "--token-file");
    }
  }

  /** Each answer is whole that of the one model or the other, and what is replaced is closed. */
  @Test
  void aModelIsReplacedWhileOthersUseIt() {
    float[] one = expected(first);
    float[] other = expected(second);
    assertThat(distance(one, other)).isGreaterThan(1e-3);
    try (Served served = new Served(TOKEN)) {
      AtomicBoolean over = new AtomicBoolean();
      List<CompletableFuture<List<float[]>>> threads = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        threads.add(
            CompletableFuture.supplyAsync(
                () -> {
                  List<float[]> answers = new ArrayList<>();
                  while (!over.get()) {
                    answers.add(served.classify("pets"));
                  }
                  return answers;
                },
                thread -> new Thread(thread).start()));
      }
      List<Classifier> replaced = new ArrayList<>();
      for (int i = 1; i <= REPLACED; i++) {
        replaced.add(served.pets());
        assertThat(served.put("pets", i % 2 == 0 ? first : second).status()).isEqualTo(200);
      }
      over.set(true);
      int ofOne = 0;
      int ofOther = 0;
      for (CompletableFuture<List<float[]>> thread : threads) {
        for (float[] answer : thread.join()) {
          boolean isOne = distance(answer, one) < 1e-5;
          assertThat(isOne || distance(answer, other) < 1e-5).isTrue();
          ofOne += isOne ? 1 : 0;
          ofOther += isOne ? 0 : 1;
        }
      }
      assertThat(ofOne).isGreaterThan(10);
      assertThat(ofOther).isGreaterThan(10);
      assertThat(replaced)
          .hasSize(REPLACED)
          .doesNotHaveDuplicates()
          .allSatisfy(
              classifier ->
                  assertThatThrownBy(() -> classifier.classify(picture))
                      .isInstanceOf(IllegalStateException.class)
                      .hasMessageContaining("closed"));
    }
  }
}
