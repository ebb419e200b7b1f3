package org.kgcoop.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.Waiting;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.image.Images;
import org.kgcoop.serve.ApiDescription.Route;
import org.kgcoop.serve.http.HttpServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Tests with real requests to a real server. */
@Timeout(240)
class ClassifierServerTest {
  private static final String TEMPLATE = "a photo of a {}.";
  private static final int MAX_BYTES = 20_000;
  private static final long PIXELS = Images.DEFAULT_MAX_PIXELS;
  private static final String TOKEN = "0123456789abcdef";
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final ApiDescription DESCRIPTION = ApiDescription.read();

  @TempDir static Path folder;
  private static Clip clip;
  private static ModelRegistry models;
  private static Classifier pets;
  private static Classifier places;
  private static Classifier trained;
  private static Classifier tags;
  private static ClassifierServer server;
  private static final List<String> LOG = new ArrayList<>();
  private static byte[] image;

  @BeforeAll
  static void start() throws IOException {
    RandomClip.write(folder, RandomClip.TINY, 1);
    clip = Clip.load(folder);
    pets = Classifier.zeroShot(clip, List.of("cat", "dog", "owl"), TEMPLATE);
    places = Classifier.zeroShot(clip, List.of("beach", "city"), TEMPLATE);
    trained = Classifier.of(TinyPrompt.of(clip, 1), clip, TinyPrompt.NAMES);
    tags =
        Classifier.load(
            TinyTags.write(
                folder,
                clip,
                TinyTags.Given.of("beach | \"sea\"", TinyTags.ALL),
                new TinyTags.Given("chance", TinyTags.ALL, true),
                TinyTags.Given.of("cow", TinyTags.NONE)),
            clip);
    Map<String, Classifier> byName = new LinkedHashMap<>();
    byName.put("pets", pets);
    byName.put("places", places);
    byName.put("trained", trained);
    byName.put("tags", tags);
    models = new ModelRegistry(byName);
    server = new ClassifierServer(clip, models, TEMPLATE, settings(null), LOG::add, null);
    BufferedImage drawn = new BufferedImage(50, 40, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 2000; i++) {
      drawn.setRGB(i % 50, i / 50, i * 8009);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(drawn, "png", bytes)).isTrue();
    image = bytes.toByteArray();
  }

  @AfterAll
  static void stop() {
    server.close();
    models.close();
    clip.close();
    assertThat(LOG).isEmpty(); // the server logged no errors
  }

  private static ServerSettings settings(@Nullable String token) {
    return new ServerSettings(
        "127.0.0.1", 0, token, new Limits(8, Duration.ofSeconds(20), MAX_BYTES, 0, PIXELS));
  }

  private static HttpRequest.Builder request(ClassifierServer to, String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path));
  }

  private static HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      HttpResponse<String> response = CLIENT.send(request.build(), BodyHandlers.ofString());
      DESCRIPTION.assertDescribes(response);
      return response;
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse<String> post(String path, byte[] body) {
    return send(request(server, path).POST(BodyPublishers.ofByteArray(body)));
  }

  private static HttpResponse<String> get(String path) {
    return send(request(server, path).GET());
  }

  private static JsonNode json(HttpResponse<String> response) {
    try {
      return new ObjectMapper().readTree(response.body());
    } catch (IOException e) {
      throw new IllegalStateException(response.body(), e);
    }
  }

  private static byte[] form(byte[] image, String... fields) {
    ByteArrayOutputStream form = new ByteArrayOutputStream();
    for (int i = 0; i < fields.length; i += 2) {
      form.writeBytes(
          utf8(
              "--limit\r\nContent-Disposition: form-data; name=\"%s\"\r\n\r\n%s\r\n"
                  .formatted(fields[i], fields[i + 1])));
    }
    form.writeBytes(
        utf8(
            String.join(
                "\r\n",
                "--limit",
                "Content-Disposition: form-data; name=\"image\"; filename=\"../a.txt\"",
                "Content-Type: text/plain",
                "",
                "")));
    form.writeBytes(image);
    form.writeBytes(utf8("\r\n--limit--\r\n"));
    return form.toByteArray();
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static HttpResponse<String> postForm(String path, BodyPublisher form) {
    return send(
        request(server, path)
            .header("Content-Type", "multipart/form-data; boundary=limit")
            .POST(form));
  }

  private static void assertAnswer(
      HttpResponse<String> response, Classification expected, int top) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    JsonNode classes = json(response).path("classes");
    assertThat(classes).hasSize(top);
    for (int i = 0; i < top; i++) {
      Classification.Candidate candidate = expected.ranking().get(i);
      assertThat(classes.get(i).path("class").asText()).isEqualTo(candidate.className());
      assertThat(classes.get(i).path("probability").floatValue())
          .isCloseTo(candidate.probability(), within(1e-5f));
    }
  }

  private static void assertRefused(HttpResponse<String> response, int status, String reason) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(json(response).path("error").asText())
        .contains(reason)
        .doesNotContain("Exception", "org.", "java");
    assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
  }

  @Test
  void classifiesLikeTheLibrary() {
    Classification expected = pets.classify(image);
    assertAnswer(post("/v1/classify?top=9", image), expected, 3);
    assertAnswer(post("/v1/classify?top=2", image), expected, 2);
    assertAnswer(post("/v1/classify?top=2&model=places", image), places.classify(image), 2);
    BodyPublisher form = BodyPublishers.ofByteArray(form(image, "model", "places", "top", "1"));
    HttpResponse<String> response = postForm("/v1/classify", form);
    assertAnswer(response, places.classify(image), 1);
    assertAnswer(post("/v1/classify?top=3&model=trained", image), trained.classify(image), 3);
    assertThat(json(response).path("model").asText()).isEqualTo("places");
  }

  @Test
  void aModelOfTagsAnswersWithTheTagsOfTheImage() {
    float score = tags.tags(image).get(0).score();
    HttpResponse<String> response = post("/v1/classify?model=tags", image);
    JsonNode answer = json(response);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(answer.path("classes").isArray()).isTrue();
    assertThat(answer.path("classes")).isEmpty();
    assertThat(answer.path("class_count").asInt()).isZero();
    assertThat(answer.path("tags").toString())
        .isEqualTo("[{\"tag\":\"beach | \\\"sea\\\"\",\"score\":%s}]".formatted(score));
    assertThat(json(post("/v1/classify", image)).has("tags")).isFalse();
    assertRefused(post("/v1/classify?model=tags&top=1", image), 400, "several");
    BodyPublisher form = BodyPublishers.ofByteArray(form(image, "model", "tags", "top", "1"));
    assertRefused(postForm("/v1/classify", form), 400, "several");
    assertRefused(post("/v1/classify?model=tags", utf8("hello")), 400, "a text file");
  }

  /** Requests that wait together for several models have the answers of single ones. */
  @Test
  void tagsAndClassesOfOneImageDoNotMix() {
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      String model = i % 2 == 0 ? "tags" : "places";
      all.add(
          CLIENT.sendAsync(
              request(server, "/v1/classify?model=" + model)
                  .POST(BodyPublishers.ofByteArray(image))
                  .build(),
              BodyHandlers.ofString()));
    }
    JsonNode tagged = json(post("/v1/classify?model=tags", image)).path("tags");
    for (int i = 0; i < all.size(); i++) {
      HttpResponse<String> response = all.get(i).join();
      if (i % 2 == 0) {
        assertThat(json(response).path("tags")).isEqualTo(tagged);
      } else {
        assertAnswer(response, places.classify(image), 1);
      }
    }
  }

  @Test
  void describesTheTagsOfAModelWithTheirPromises() {
    JsonNode all = json(get("/v1/models")).path("models");
    JsonNode described = all.get(3);
    assertThat(described.path("kind").asText()).isEqualTo("tags");
    assertThat(described.path("classes")).isEmpty();
    assertThat(described.path("tags")).hasSize(3);
    assertThat(described.path("tags").get(0).toString())
        .isEqualTo(
            "{\"tag\":\"beach | \\\"sea\\\"\",\"promise\":83,\"finds\":64,\"images\":6,"
                + "\"by\":\"folds\",\"unknown\":false}");
    assertThat(described.path("tags").get(1).path("by").asText()).isEqualTo("none");
    for (int i = 0; i < 3; i++) {
      assertThat(all.get(i).has("kind") || all.get(i).has("tags")).isFalse();
    }
  }

  /**
   * The command line also returns only the best class. The response contains the number of classes.
   */
  @Test
  void returnsOneClassAndTheNumberOfClassesByDefault() {
    HttpResponse<String> learned = post("/v1/classify", image);
    assertAnswer(learned, pets.classify(image), 1);
    assertThat(json(learned).path("class_count").asInt()).isEqualTo(3);
    JsonNode named = json(post("/v1/zero-shot?classes=a,b,c,d,e,f", image));
    assertThat(named.path("classes")).hasSize(1);
    assertThat(named.path("class_count").asInt()).isEqualTo(6);
    assertThat(json(post("/v1/zero-shot?classes=a,b,c,d,e,f&top=6", image)).path("classes"))
        .hasSize(6);
  }

  /** Each part takes time, and a small body can contain many parts. */
  @Test
  void rejectsAFormWithTooManyParts() {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < HttpServer.MAX_FORM_PARTS - 1; i++) {
      fields.addAll(List.of("classes", "class " + i));
    }
    byte[] full = form(image, fields.toArray(String[]::new)); // one part is the image
    JsonNode answer = json(postForm("/v1/zero-shot", BodyPublishers.ofByteArray(full)));
    assertThat(answer.path("class_count").asInt()).isEqualTo(HttpServer.MAX_FORM_PARTS - 1);
    fields.addAll(List.of("classes", "one more"));
    byte[] more = form(image, fields.toArray(String[]::new));
    for (String path : List.of("/v1/zero-shot", "/v1/classify", "/v1/embed")) {
      assertRefused(
          postForm(path, BodyPublishers.ofByteArray(more)),
          400,
          "multipart/form-data of at most 64 parts");
    }
  }

  @Test
  void classifiesWithClassNamesOfTheRequest() {
    try (Classifier expected = Classifier.zeroShot(clip, List.of("a red fox", "cow"), "one {}.")) {
      BodyPublisher form =
          BodyPublishers.ofByteArray(
              form(image, "classes", "a red fox,\n cow", "template", "one {}.", "top", "2"));
      assertAnswer(postForm("/v1/zero-shot", form), expected.classify(image), 2);
    }
    try (Classifier expected = Classifier.zeroShot(clip, List.of("fox", "cow"), TEMPLATE)) {
      for (int i = 0; i < 2; i++) {
        assertAnswer(
            post("/v1/zero-shot?classes=fox,cow&top=2", image), expected.classify(image), 2);
      }
    }
    try (Classifier expected = Classifier.zeroShot(clip, List.of("red, apple", "dog"), TEMPLATE)) {
      assertAnswer(
          post("/v1/zero-shot?classes=%22red,%20apple%22,dog&top=2", image),
          expected.classify(image),
          2);
    }
    assertRefused(post("/v1/zero-shot?classes=%22red,dog&top=2", image), 400, "double quotes");
    assertRefused(post("/v1/zero-shot", image), 400, "classes");
    assertRefused(post("/v1/zero-shot?classes=a&template=b", image), 400, "template 'b'");
    assertRefused(post("/v1/zero-shot?classes=" + "a".repeat(201), image), 400, "200 characters");
  }

  private static void assertFeatures(JsonNode found, List<float[]> expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(found.get(i)).hasSize(expected.get(i).length);
      for (int j = 0; j < expected.get(i).length; j++) {
        assertThat(found.get(i).get(j).floatValue()).isCloseTo(expected.get(i)[j], within(1e-5f));
      }
    }
  }

  @Test
  void embedsLikeTheLibrary() {
    Embedder embedder = Embedder.unit(clip);
    List<float[]> expected = List.of(embedder.embed(image));
    JsonNode one = json(post("/v1/embed", image));
    assertFeatures(one.path("images"), expected);
    assertThat(one.path("texts")).isEmpty();
    assertThat(one.path("width").asInt()).isEqualTo(embedder.width());
    assertThat(one.path("clip").asText()).isEqualTo(clip.fingerprint());

    JsonNode texts = json(post("/v1/embed?text=a%20red%20fox&text=two", new byte[0]));
    assertFeatures(texts.path("texts"), embedder.embedTexts(List.of("a red fox", "two")));
    assertThat(texts.path("images")).isEmpty();

    String form = new String(form(image, "text", "an owl"), StandardCharsets.ISO_8859_1);
    String second = new String(form(image), StandardCharsets.ISO_8859_1);
    byte[] both =
        (form.replace("--limit--\r\n", "") + second).getBytes(StandardCharsets.ISO_8859_1);
    JsonNode together = json(postForm("/v1/embed", BodyPublishers.ofByteArray(both)));
    assertFeatures(together.path("images"), List.of(expected.get(0), expected.get(0)));
    assertFeatures(together.path("texts"), List.of(embedder.embedText("an owl")));
  }

  @Test
  void rejectsRequestsWithoutAFeature() {
    assertRefused(post("/v1/embed", new byte[0]), 400, "expected an image");
    assertRefused(post("/v1/embed", utf8("hello")), 400, "a text file");
    assertRefused(post("/v1/embed?text=+", new byte[0]), 400, "text: expected 1 to 1000");
    assertRefused(post("/v1/embed?text=" + "a".repeat(1001), new byte[0]), 400, "1000");
    assertRefused(post("/v1/embed?text=" + "a+".repeat(99), new byte[0]), 400, "the model reads");
    assertRefused(post("/v1/embed?" + "text=a&".repeat(33), new byte[0]), 400, "at most 8 images");
  }

  @Test
  void answersParallelRequests() {
    Classification expected = pets.classify(image);
    List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
    HttpRequest request =
        request(server, "/v1/classify?top=3").POST(BodyPublishers.ofByteArray(image)).build();
    for (int i = 0; i < 40; i++) {
      all.add(CLIENT.sendAsync(request, BodyHandlers.ofString()));
    }
    int answered = 0;
    for (CompletableFuture<HttpResponse<String>> each : all) {
      HttpResponse<String> response = each.join();
      if (response.statusCode() == 503) { // only 8 requests may wait
        assertRefused(response, 503, "try again later");
        assertThat(response.headers().firstValue("Retry-After")).contains("1");
      } else {
        assertAnswer(response, expected, 3);
        answered++;
      }
    }
    assertThat(answered).isPositive();
  }

  @Test
  void rejectsDamagedImages() {
    assertRefused(post("/v1/classify", utf8("hello")), 400, "a text file");
    assertRefused(post("/v1/classify", new byte[0]), 400, "empty");
    assertRefused(post("/v1/classify", Arrays.copyOf(image, 60)), 400, "PNG");
    byte[] bomb = image.clone(); // its header states 60000 x 60000 pixels
    ByteBuffer header = ByteBuffer.wrap(bomb);
    header.putInt(16, 60_000).putInt(20, 60_000);
    CRC32 crc = new CRC32();
    crc.update(bomb, 12, 17);
    header.putInt(29, (int) crc.getValue());
    assertRefused(post("/v1/classify", bomb), 400, "60000 x 60000 pixels");
  }

  @Test
  void rejectsInvalidRequests() {
    assertRefused(post("/v1/classify?top=0", image), 400, "top");
    assertRefused(post("/v1/classify?top=x", image), 400, "top");
    assertRefused(post("/v1/classify?model=cars", image), 404, "pets, places, trained");
    assertRefused(
        post("/v1/classify?tops=3", image), 400, "unknown parameter 'tops'; expected model, top");
    assertRefused(post("/v1/embed?top=3", image), 400, "unknown parameter 'top'; expected text");
    assertRefused(get("/etc/passwd"), 404, "openapi");
    BodyPublisher noForm = BodyPublishers.ofByteArray(image);
    assertRefused(postForm("/v1/classify", noForm), 400, "form");
    byte[] unnamed =
        utf8(new String(form(new byte[4]), StandardCharsets.UTF_8).replace("image", "other"));
    assertRefused(
        postForm("/v1/classify", BodyPublishers.ofByteArray(unnamed)),
        400,
        "unknown parameter 'other'; expected image, model, top");
    BodyPublisher field =
        BodyPublishers.ofString(
            "--limit\r\nContent-Disposition: form-data; name=\"top\"\r\n\r\n1\r\n--limit--\r\n");
    assertRefused(postForm("/v1/classify", field), 400, "one file in the form's part 'image'");
    String one = new String(form(image), StandardCharsets.ISO_8859_1);
    byte[] two = (one.replace("--limit--\r\n", "") + one).getBytes(StandardCharsets.ISO_8859_1);
    assertRefused(postForm("/v1/classify", BodyPublishers.ofByteArray(two)), 400, "one file");
  }

  @Test
  void listsTheAllowedMethods() {
    Map<String, String> allowed = new LinkedHashMap<>();
    allowed.put("GET /v1/classify", "POST");
    allowed.put("POST /v1/models", "GET");
    allowed.put("DELETE /v1/embed", "POST");
    allowed.forEach(
        (request, methods) -> {
          String[] words = request.split(" ", -1);
          HttpResponse<String> answer =
              send(request(server, words[1]).method(words[0], BodyPublishers.noBody()));
          assertRefused(answer, 405, "expected " + methods);
          assertThat(answer.headers().allValues("Allow")).as(request).containsExactly(methods);
        });
  }

  @Test
  void rejectsLargeBodiesChunkedOrNot() {
    byte[] large = new byte[MAX_BYTES + 1];
    assertRefused(post("/v1/classify", large), 413, "at most");
    BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large));
    assertRefused(send(request(server, "/v1/classify").POST(chunked)), 413, "at most");
    BodyPublisher form = BodyPublishers.ofByteArray(form(large));
    assertRefused(postForm("/v1/classify", form), 413, "at most");
    BodyPublisher chunkedForm =
        BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(form(large)));
    assertRefused(postForm("/v1/classify", chunkedForm), 413, "at most");
  }

  @Test
  void rejectsPagesOfOtherSites() throws IOException {
    HttpRequest.Builder request =
        request(server, "/v1/models").header("Origin", "http://elsewhere.example");
    assertRefused(send(request), 403, "another site");
    String own = "http://127.0.0.1:" + server.port();
    assertThat(send(request(server, "/v1/models").header("Origin", own)).statusCode())
        .isEqualTo(200);
    // The name of another site can point to the address of this server.
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket
          .getOutputStream()
          .write(
              utf8(
                  "GET /v1/models HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 421")
          .doesNotContainIgnoringCase("jetty");
    }
  }

  @Test
  void requiresTheTokenExceptForHealth() {
    try (ClassifierServer guarded =
        new ClassifierServer(clip, models, TEMPLATE, settings(TOKEN), LOG::add, null)) {
      assertThat(send(request(guarded, "/health")).statusCode()).isEqualTo(200);
      assertRefused(send(request(guarded, "/v1/models")), 401, "Authorization");
      for (String wrong :
          List.of("Bearer ", "Bearer " + TOKEN + "0", TOKEN, "bearer x", "Basic " + TOKEN)) {
        assertRefused(
            send(request(guarded, "/v1/models").header("Authorization", wrong)), 401, "Bearer");
      }
      for (String scheme : List.of("Bearer ", "bearer ", "BEARER  ")) { // in any letter case
        HttpResponse<String> right =
            send(request(guarded, "/v1/models").header("Authorization", scheme + TOKEN));
        assertThat(right.statusCode()).as(scheme).isEqualTo(200);
      }
    }
  }

  @Test
  void rejectsImagesWithTooManyPixels() throws IOException {
    ServerSettings small =
        new ServerSettings(
            "127.0.0.1", 0, null, new Limits(8, Duration.ofSeconds(20), MAX_BYTES, 0, 64 * 64));
    try (ClassifierServer strict =
        new ClassifierServer(clip, models, TEMPLATE, small, LOG::add, null)) {
      HttpRequest.Builder fits = request(strict, "/v1/classify"); // 50 x 40
      assertThat(send(fits.POST(BodyPublishers.ofByteArray(image))).statusCode()).isEqualTo(200);
      ByteArrayOutputStream wide = new ByteArrayOutputStream();
      BufferedImage drawn = new BufferedImage(100, 41, BufferedImage.TYPE_INT_RGB);
      assertThat(ImageIO.write(drawn, "png", wide)).isTrue();
      HttpRequest.Builder large = request(strict, "/v1/classify");
      assertRefused(
          send(large.POST(BodyPublishers.ofByteArray(wide.toByteArray()))),
          400,
          "100 x 41 pixels, more than the limit of 4096; scale it down, or raise the limit of the server: --max-pixels, at most 64000000");
    }
    assertThat(settings(null).limits().maxPixels()).isEqualTo(64_000_000);
  }

  @Test
  void reportsAPortInUse() {
    ServerSettings taken =
        new ServerSettings(
            "127.0.0.1",
            server.port(),
            null,
            new Limits(8, Duration.ofSeconds(20), MAX_BYTES, 0, PIXELS));
    assertThatThrownBy(
            () -> new ClassifierServer(clip, models, TEMPLATE, taken, LOG::add, null).close())
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("port " + server.port() + ": the port is in use");
  }

  @Test
  void describesModels() {
    JsonNode models = json(get("/v1/models")).path("models");
    assertThat(models.findValuesAsText("name"))
        .containsExactly("pets", "places", "trained", "tags");
    assertThat(models.findValuesAsText("method"))
        .containsExactly("zero-shot", "zero-shot", "kgcoop", "tags");
    assertThat(models.findValuesAsText("template"))
        .containsExactly(TEMPLATE, TEMPLATE, TinyPrompt.TEMPLATE, "a {}.");
    assertThat(models.get(1).path("classes").get(0).asText()).isEqualTo("beach");
  }

  @Test
  void describesEachRoute() {
    ApiDescription description = ApiDescription.read();
    description.assertValid();
    assertThat(server.routes())
        .hasSizeGreaterThan(5)
        .containsExactlyInAnyOrderElementsOf(
            description.routes().stream().map(Route::toString).toList());
    assertThat(description.routes())
        .allSatisfy(
            route ->
                assertThat(description.parameterNames(route, "path"))
                    .isEqualTo(
                        Pattern.compile("\\{(\\w+)}")
                            .matcher(route.path())
                            .results()
                            .map(match -> match.group(1))
                            .toList()));
  }

  /** Each described parameter rejects an invalid value, so the server reads it. */
  @Test
  void readsEachDescribedParameter() {
    Map<String, String> wrong = new LinkedHashMap<>();
    wrong.put("model", "cars");
    wrong.put("top", "0");
    wrong.put("classes", ",");
    wrong.put("template", "none");
    wrong.put("text", "+");
    ApiDescription description = ApiDescription.read();
    int checked = 0;
    for (Route route : description.routes()) {
      for (String parameter : description.parameterNames(route, "query")) {
        String others =
            route.path().endsWith("zero-shot") && !parameter.equals("classes")
                ? "&classes=cat"
                : "";
        String path = route.path() + "?" + parameter + "=" + wrong.get(parameter) + others;
        HttpResponse<String> answer = route.method().equals("get") ? get(path) : post(path, image);
        assertThat(answer.statusCode()).as(path).isIn(400, 404);
        checked++;
      }
    }
    assertThat(checked)
        .as("described parameters; a new one needs a wrong value above")
        .isEqualTo(6);
  }

  @Test
  void routesOfGetIgnoreOtherParameters() {
    for (Route route : ApiDescription.read().routes()) {
      if (route.method().equals("get")) {
        String path = route.path().replace("{file}", "page.js");
        assertThat(get(path + "?other=1").statusCode()).as(path).isEqualTo(200);
      }
    }
  }

  @Test
  void answersAcceptedRequestsWhenTheServerStops() throws Exception {
    ClassifierServer stopping =
        new ClassifierServer(clip, models, TEMPLATE, settings(null), LOG::add, null);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), stopping.port())) {
      OutputStream out = socket.getOutputStream();
      String header =
          "POST /v1/classify HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: "
              + image.length
              + "\r\n\r\n";
      out.write(utf8(header));
      out.write(image, 0, 100);
      out.flush();
      // The handler has the request and waits for the rest of the body.
      Waiting.until(
          () -> !send(request(stopping, "/metrics")).body().contains("kgcoop_body_bytes 0.0\n"));
      int port = stopping.port();
      CompletableFuture<Void> stopped = CompletableFuture.runAsync(stopping::close);
      Waiting.until(() -> !isListening(port));
      assertThat(stopped).isNotDone();
      out.write(image, 100, image.length - 100);
      out.flush();
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200")
          .contains("\"classes\"");
      stopped.join();
    }
  }

  @Test
  void isNotReadyWhileItStops() {
    ClassifierServer stopping =
        new ClassifierServer(clip, models, TEMPLATE, settings(null), LOG::add, null);
    assertThat(send(request(stopping, "/health")).statusCode()).isEqualTo(200);
    stopping.drain();
    HttpResponse<String> answer = send(request(stopping, "/health"));
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).path("ready").asBoolean(true)).isFalse();
    stopping.close();
  }

  private static boolean isListening(int port) {
    try {
      new Socket(InetAddress.getLoopbackAddress(), port).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
