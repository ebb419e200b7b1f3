package org.kgcoop.serve.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.classify.Classification;
import org.kgcoop.classify.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.image.Images;
import org.kgcoop.image.view.Transform;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.InferenceClient;
import org.kgcoop.serve.InferenceClient.Answer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Tests of the protocol with a client that knows only its specification. */
class OpenInferenceTest {
  private static final String PETS = "/v2/models/pets/infer";
  private static final int NUMBERS = 3 * 32 * 32; // of an image for the tiny CLIP

  @TempDir static Path folder;
  private static Clip clip;
  private static Classifier pets;
  private static ModelRegistry models;
  private static ClassifierServer server;
  private static InferenceClient client;
  private static final List<String> LOG = new ArrayList<>();
  private static byte[] red; // 2 x 1 pixels as BMP: 14 + 40 + 8 bytes
  private static byte[] mixed;

  @BeforeAll
  static void start() throws IOException {
    RandomClip.write(folder, RandomClip.TINY, 1);
    clip = Clip.load(folder);
    pets = Classifier.zeroShot(clip, List.of("cat", "dog", "owl"), "a photo of a {}.");
    Map<String, Classifier> byName = new LinkedHashMap<>();
    byName.put("pets", pets);
    byName.put("only", Classifier.zeroShot(clip, List.of("cat"), "a photo of a {}."));
    models = new ModelRegistry(byName);
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1",
            0,
            null,
            "a {}.",
            new Limits(8, Duration.ofSeconds(20), 1 << 20, 0, ServerSettings.DEFAULT_MAX_PIXELS));
    server = new ClassifierServer(clip, models, settings, LOG::add, null);
    client = new InferenceClient(server.port());
    red = image(2, 1, "bmp");
    mixed = image(50, 40, "png");
  }

  private static byte[] image(int width, int height, String format) throws IOException {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < width * height; i++) {
      image.setRGB(i % width, i / width, 0xff0000 + i * 8009);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    assertThat(ImageIO.write(image, format, bytes)).isTrue();
    return bytes.toByteArray();
  }

  @AfterAll
  static void stop() {
    server.close();
    models.close();
    clip.close();
    assertThat(LOG).isEmpty(); // the server logged no errors
  }

  private static float[] pixels(byte[] file) {
    Transform transform = new Transform(clip.preprocessing());
    return transform.normalise(
        transform.test(new Images(warning -> {}).decodeUpright(file, "image")));
  }

  private static String base64(byte[] file) {
    return Base64.getEncoder().encodeToString(file);
  }

  /** Returns a request with one input and its data, such as {@code "data":[...]}. */
  private static String request(String name, String datatype, String shape, String data) {
    return "{\"inputs\":[{\"name\":\"%s\",\"datatype\":\"%s\",\"shape\":%s,%s}]}"
        .formatted(name, datatype, shape, data);
  }

  private static String binary(int size) {
    return "\"parameters\":{\"binary_data_size\":" + size + "}";
  }

  private static void assertProbabilities(Answer answer, byte[]... images) {
    assertThat(answer.status()).as(answer.json().toString()).isEqualTo(200);
    float[] found = answer.numbers("probabilities");
    assertThat(answer.output("probabilities").path("shape").toString())
        .isEqualTo("[" + images.length + ",3]");
    for (int i = 0; i < images.length; i++) {
      assertThat(Arrays.copyOfRange(found, 3 * i, 3 * i + 3))
          .containsExactly(pets.classify(images[i]).probabilities(), within(1e-5f));
    }
  }

  private static void assertRefused(Answer answer, String reason) {
    assertThat(answer.status())
        .as(new String(answer.body(), StandardCharsets.UTF_8))
        .isEqualTo(400);
    assertThat(answer.error())
        .contains(reason)
        .doesNotContain("Exception", "org.", "java", "Constraints");
  }

  @Test
  void binaryTensorsAreThoseOfTheProtocolByteForByte() {
    assertThat(red).hasSize(62);
    String json =
        "{\"id\":\"42\",\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"image\","
            + "\"shape\":[2],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":132}}]}";
    byte[] length = {62, 0, 0, 0};
    byte[] binary = InferenceClient.joined(length, red, length, red); // 2 (4 + 62) = 132 bytes
    Answer answer = client.infer("/v2/models/only/infer", json, binary);
    String expected =
        "{\"model_name\":\"only\",\"model_version\":\"1\",\"id\":\"42\",\"outputs\":["
            + "{\"name\":\"probabilities\",\"datatype\":\"FP32\",\"shape\":[2,1],"
            + "\"parameters\":{\"binary_data_size\":8}},"
            + "{\"name\":\"label\",\"datatype\":\"BYTES\",\"shape\":[2],"
            + "\"parameters\":{\"binary_data_size\":14}}]}";
    assertThat(answer.jsonLength()).isEqualTo(expected.length());
    assertThat(new String(answer.body(), 0, expected.length(), StandardCharsets.UTF_8))
        .isEqualTo(expected);
    // The softmax over one class is 1: sign 0, exponent 127, fraction 0 = 3f 80 00 00, lowest byte
    // first. A text is its length 3 in four bytes, lowest first, and its letters.
    assertThat(Arrays.copyOfRange(answer.body(), expected.length(), answer.body().length))
        .containsExactly(
            0, 0, 0x80, 0x3f, 0, 0, 0x80, 0x3f, 3, 0, 0, 0, 'c', 'a', 't', 3, 0, 0, 0, 'c', 'a',
            't');
  }

  @Test
  void imagesComeAsBase64OrAsBinaryData() {
    String data = "\"data\":[\"" + base64(mixed) + "\",\"" + base64(red) + "\"]";
    Answer asJson = client.infer(PETS, request("image", "BYTES", "[2]", data));
    assertProbabilities(asJson, mixed, red);
    assertThat(asJson.texts("label"))
        .containsExactly(
            pets.classify(mixed).best().className(), pets.classify(red).best().className());
    assertThat(asJson.jsonLength()).isEqualTo(-1);
    assertThat(asJson.json().has("id")).isFalse();
    byte[] elements = InferenceClient.elements(red, mixed, red);
    String json = request("image", "BYTES", "[3]", binary(elements.length));
    assertProbabilities(client.infer(PETS, json, elements), red, mixed, red);
  }

  @Test
  void anIdThatTheAnswerCannotRepeatIsRefused() {
    String inputs =
        request("image", "BYTES", "[1]", "\"data\":[\"" + base64(red) + "\"]").substring(1);
    assertRefused(
        client.infer(PETS, "{\"id\":\"\\ud800\"," + inputs), "id '?': contains \\ud800, half of");
    assertThat(
            client.infer(PETS, "{\"id\":\"\\ud83d\\udc36\"," + inputs).json().path("id").asText())
        .isEqualTo("\ud83d\udc36");
  }

  @Test
  void pixelsComeNestedFlatOrAsBinaryData() {
    float[] pixels = pixels(mixed);
    String flat = Arrays.toString(pixels);
    assertProbabilities(
        client.infer(PETS, request("pixels", "FP32", "[1,3,32,32]", "\"data\":" + flat)), mixed);
    String nested = "\"data\":[[[" + flat + "]]]";
    assertProbabilities(
        client.infer(PETS, request("pixels", "FP32", "[1,3,32,32]", nested)), mixed);
    byte[] floats = InferenceClient.joined(InferenceClient.floats(pixels(red)), bytes(pixels));
    String two = request("pixels", "FP32", "[2,3,32,32]", binary(floats.length));
    assertProbabilities(client.infer(PETS, two, floats), red, mixed);
  }

  private static byte[] bytes(float[] numbers) {
    return InferenceClient.floats(numbers);
  }

  @Test
  void halfPrecisionComesAsBinaryData() {
    // 1 is 3c 00: exponent 15, fraction 0. Pixels of 1 are the same in float32 and in float16.
    float[] ones = new float[NUMBERS];
    Arrays.fill(ones, 1);
    byte[] halves = new byte[2 * NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
      halves[2 * i + 1] = 0x3c;
    }
    String json = request("pixels", "FP16", "[1,3,32,32]", binary(halves.length));
    Answer half = client.infer(PETS, json, halves);
    String single = request("pixels", "FP32", "[1,3,32,32]", "\"data\":" + Arrays.toString(ones));
    assertThat(half.numbers("probabilities"))
        .containsExactly(client.infer(PETS, single).numbers("probabilities"), within(1e-5f));
    String inJson = request("pixels", "FP16", "[1,3,32,32]", "\"data\":[1]");
    assertRefused(client.infer(PETS, inJson), "inputs[0].data: FP16 must be binary data");
  }

  @Test
  void outputsAreThoseThatAreAskedForInTheirOrderAndForm() {
    String request =
        "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"image\",\"shape\":[1],"
            + "\"datatype\":\"BYTES\",\"data\":[\""
            + base64(mixed)
            + "\"]}],\"outputs\":%s}";
    String both =
        "[{\"name\":\"label\",\"parameters\":{\"binary_data\":false}},{\"name\":\"probabilities\"}]";
    Answer answer = client.infer(PETS, request.replace("%s", both));
    assertThat(answer.json().path("outputs").findValuesAsText("name"))
        .containsExactly("label", "probabilities");
    assertThat(answer.output("label").has("data")).isTrue();
    assertThat(answer.output("probabilities").has("data")).isFalse();
    assertProbabilities(answer, mixed);

    String best = "[{\"name\":\"probabilities\",\"parameters\":{\"classification\":2}}]";
    Answer classified = client.infer(PETS, request.replace("%s", best));
    assertThat(classified.output("probabilities").path("datatype").asText()).isEqualTo("BYTES");
    assertThat(classified.output("probabilities").path("shape").toString()).isEqualTo("[1,2]");
    Classification expected = pets.classify(mixed);
    List<String> texts = classified.texts("probabilities");
    for (int i = 0; i < 2; i++) {
      Classification.Candidate candidate = expected.ranking().get(i);
      int index = pets.classNames().indexOf(candidate.className());
      String end = ":" + index + ":" + candidate.className(); // the format is value:index:label
      assertThat(texts.get(i)).endsWith(end);
      assertThat(Float.parseFloat(texts.get(i).replace(end, "")))
          .isCloseTo(candidate.probability(), within(1e-5f));
    }

    assertRefused(
        client.infer(PETS, request.replace("%s", "[{\"name\":\"logits\"}]")), "outputs[0].name");
    String none = "[{\"name\":\"probabilities\",\"parameters\":{\"classification\":0}}]";
    assertRefused(
        client.infer(PETS, request.replace("%s", none)), "classification: expected at least");
    String label = "[{\"name\":\"label\",\"parameters\":{\"classification\":1}}]";
    assertRefused(client.infer(PETS, request.replace("%s", label)), "outputs[0].parameters");
  }

  @Test
  void metadataSayWhatIsServed() {
    assertThat(client.get("/v2").json().path("extensions").toString())
        .isEqualTo("[\"binary_tensor_data\",\"classification\"]");
    for (String path : List.of("/v2/models/pets", "/v2/models/pets/versions/1")) {
      JsonNode model = client.get(path).json();
      assertThat(model.path("name").asText()).isEqualTo("pets");
      assertThat(model.path("versions").toString()).isEqualTo("[\"1\"]");
      assertThat(model.path("inputs").findValuesAsText("name")).containsExactly("image", "pixels");
      assertThat(model.path("inputs").findValues("shape").toString())
          .isEqualTo("[[-1], [-1,3,32,32]]");
      assertThat(model.at("/inputs/1/parameters/mean/0").asDouble()).isEqualTo(0.48145466);
      assertThat(model.path("outputs").findValuesAsText("datatype"))
          .containsExactly("FP32", "BYTES");
      assertThat(model.path("outputs").findValues("shape").toString()).isEqualTo("[[-1,3], [-1]]");
      assertThat(client.get(path + "/ready").json().path("ready").asBoolean()).isTrue();
      String data = "\"data\":[\"" + base64(red) + "\"]";
      Answer answer = client.infer(path + "/infer", request("image", "BYTES", "[1]", data));
      assertProbabilities(answer, red);
    }
    assertThat(client.get("/v2/models/pets/versions/2").status()).isEqualTo(404);
    assertThat(client.get("/v2/models/cars/ready").status()).isEqualTo(404);
  }

  @Test
  void whatIsWrongIsSaidWithItsPlace() {
    assertRefused(client.infer(PETS, ""), "the body");
    assertRefused(client.infer(PETS, "[]"), "expected a JSON object");
    // The invalid value begins at byte 11, counted from 0, and ends before byte 14.
    Answer notANumber = client.infer(PETS, "{\"inputs\":[NaN]}");
    assertRefused(notANumber, "byte 14: Non-standard token 'NaN'; binary data need");
    assertRefused(client.infer(PETS, "{\"inputs\":{}}"), "inputs: expected a list");
    assertRefused(client.infer(PETS, "{\"inputs\":[]}"), "inputs: expected one");
    assertRefused(client.infer(PETS, "{\"id\":5}"), "id: expected a text");
    assertRefused(client.infer(PETS, "{\"a\":1,\"a\":2}"), "Duplicate field 'a'");
    assertRefused(client.infer(PETS, "{\"inputs\":[{}]}"), "inputs[0]: expected 'name'");
    assertRefused(client.infer(PETS, "{} {}"), "unexpected text after");
    assertRefused(client.infer(PETS, "[".repeat(5000)), "expected a JSON object");
    assertRefused(client.infer(PETS, "{\"x\":" + "[".repeat(5000)), "exceeds the maximum allowed");
    assertRefused(client.infer(PETS, "{\"x\":[" + "9".repeat(5000) + "]}"), "byte");
    assertRefused(client.infer(PETS, "{\"x\":\"" + "9".repeat(5000) + "\"}"), "inputs");
    assertRefused(client.infer(PETS, "{\"" + "x".repeat(5000) + "\":1}"), "byte");
    // Three zero bytes and another byte look like UTF-32, but 7b000000 is not a character. FE FF
    // would look like UTF-16.
    assertRefused(client.infer(PETS, "\0\0\0{\u007f\0\0\0"), "is not UTF-8");
    String data = "\"data\":[\"" + base64(red) + "\"]";
    for (String shape :
        List.of("[]", "[1,1]", "[2]", "[0]", "[-1]", "[9]", "[9223372036854775807]")) {
      assertRefused(client.infer(PETS, request("image", "BYTES", shape, data)), "inputs[0].shape");
    }
    assertRefused(
        client.infer(PETS, request("image", "BYTES", "[9223372036854775808]", data)),
        "inputs[0].shape[0]: expected a whole number");
    assertRefused(client.infer(PETS, request("image", "BYTES", "[1.5]", data)), "a whole number");
    assertRefused(client.infer(PETS, request("image", "FP32", "[1]", data)), "expected BYTES");
    assertRefused(client.infer(PETS, request("photo", "BYTES", "[1]", data)), "inputs[0].name");
    assertRefused(
        client.infer(PETS, request("image", "BYTES", "[1]", "\"data\":[\"??\"]")),
        "inputs[0].data[0]: expected a base64 image file");
    assertRefused(
        client.infer(PETS, request("image", "BYTES", "[1]", "\"data\":[\"aGVsbG8=\"]")),
        "inputs[0].data[0]: image: this is a text file");
    assertRefused(
        client.infer(PETS, request("image", "BYTES", "[1]", "\"data\":[null]")),
        "expected numbers");
    assertRefused(
        client.infer(PETS, request("image", "BYTES", "[1]", "\"x\":0")), "binary_data_size");
    assertRefused(
        client.infer(
            PETS, request("image", "BYTES", "[1]", "\"data\":[" + "\"\",".repeat(8) + "\"\"]")),
        "at most 8 images");
    assertRefused(
        client.infer(
            PETS,
            request("image", "BYTES", "[1]", "\"parameters\":{\"shared_memory_region\":\"x\"}")),
        "shared memory is not supported");
  }

  @Test
  void wrongPixelsAreSaidWithTheirPlace() {
    String four = "\"data\":[1,2,3,4]";
    assertRefused(
        client.infer(PETS, request("pixels", "FP32", "[1,2,2]", four)),
        "inputs[0].shape: expected [B, 3, 32, 32], got [1, 2, 2]");
    assertRefused(
        client.infer(PETS, request("pixels", "FP32", "[1,3,32,32]", four)),
        "expected 3072 numbers for the shape [1, 3, 32, 32], got 4");
    assertRefused(client.infer(PETS, request("pixels", "UINT8", "[1,3,32,32]", four)), "FP32");
    float[] pixels = pixels(red);
    for (float wrong : new float[] {Float.NaN, Float.POSITIVE_INFINITY, 255}) {
      pixels[7] = wrong;
      byte[] floats = bytes(pixels);
      String json = request("pixels", "FP32", "[1,3,32,32]", binary(floats.length));
      assertRefused(client.infer(PETS, json, floats), "inputs[0].data: number 7 is " + wrong);
    }
    String many = "\"data\":[" + "0,".repeat(8 * NUMBERS) + "0]";
    assertRefused(
        client.infer(PETS, request("pixels", "FP32", "[8,3,32,32]", many)),
        "more than 24576 numbers");
    assertRefused(
        client.infer(PETS, request("pixels", "FP32", "[1,3,32,32]", "\"data\":[1e999]")),
        "numbers");
  }

  @Test
  void wrongSizesOfBinaryDataAreSaidWithTheirPlace() {
    byte[] element = InferenceClient.elements(red); // 66 bytes
    String json = request("image", "BYTES", "[1]", binary(66));
    assertProbabilities(client.infer(PETS, json, element), red);
    int length = json.length();
    for (String wrong : List.of("-1", "x", "", "1e3", "99999999999", String.valueOf(length + 67))) {
      assertRefused(
          client.inferParts(PETS, wrong, json.getBytes(StandardCharsets.UTF_8), element),
          "Inference-Header-Content-Length");
    }
    byte[] body = InferenceClient.joined(json.getBytes(StandardCharsets.UTF_8), element);
    assertRefused(client.inferParts(PETS, String.valueOf(length - 1), body), "byte");
    assertRefused(client.inferParts(PETS, "0", body), "expected a JSON object");
    assertRefused(client.send(client.post(PETS, body)), "Inference-Header-Content-Length");
    for (int size : new int[] {-1, 67, Integer.MAX_VALUE}) {
      assertRefused(
          client.infer(PETS, request("image", "BYTES", "[1]", binary(size)), element),
          "inputs[0].parameters.binary_data_size: is " + size + ", but 66 bytes are left");
    }
    assertRefused(
        client.infer(
            PETS, request("image", "BYTES", "[1]", binary(65)), Arrays.copyOf(element, 65)),
        "element 0 does not fit");
    assertRefused(
        client.infer(PETS, json, InferenceClient.joined(element, element)),
        "66 bytes after the JSON object belong to no input");
    byte[] huge = element.clone();
    Arrays.fill(huge, 0, 4, (byte) 0xff); // 2^32 - 1 bytes
    assertRefused(client.infer(PETS, json, huge), "element 0 does not fit");
    ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putInt(0, 0);
    assertRefused(client.infer(PETS, json, huge), "element");
    String pixels = request("pixels", "FP32", "[1,3,32,32]", binary(66));
    assertRefused(client.infer(PETS, pixels, element), "is 66, expected 12288");
    Answer packed = client.send(client.post(PETS, body).header("Content-Encoding", "gzip"));
    assertThat(packed.status()).isEqualTo(415);
  }

  /** Requests with changed or missing bytes get a result or an error message. */
  @Test
  void damagedRequestsAreRefusedOrAnswered() {
    Random random = new Random(5);
    byte[] element = InferenceClient.elements(red);
    String json = request("image", "BYTES", "[1]", binary(element.length));
    byte[] body = InferenceClient.joined(json.getBytes(StandardCharsets.UTF_8), element);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] damaged = Arrays.copyOf(body, body.length - random.nextInt(3) * random.nextInt(40));
      for (int change = random.nextInt(4); change >= 0; change--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Answer answer = client.inferParts(PETS, String.valueOf(json.length()), damaged);
      assertThat(answer.status()).isIn(200, 400);
      if (answer.status() == 400) {
        assertThat(answer.error()).isNotBlank();
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 300);
  }
}
