package org.kgcoop.serve;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.api.ClassGroups;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.image.Images;
import org.kgcoop.serve.ApiDescription.Route;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;

/** Sends valid and invalid requests that are made from {@code openapi.yaml}. */
class RandomRequestsTest {
  private static final int REQUESTS = 500;
  private static final int MAX_BYTES = 20_000;
  private static final String TOKEN = "0123456789abcdef";
  private static final ApiDescription DESCRIPTION = ApiDescription.read();
  private static final List<String> INTEGERS =
      List.of("1", "2", "99", "0", "-1", "2147483648", "1.5", "", "x");
  private static final List<String> STRINGS =
      List.of(
          "pets", "strict", "cat,dog", "a {}.", "", ",", "\"", "é日本", "\n", "%", "x".repeat(300));
  private static final List<String> FILES =
      List.of(
          "page.js", "base.css", "icon.svg", "index.html", "none.css", "..%2fa", "%00", "a%20b");

  @TempDir Path folder;

  @Test
  void everyAnswerIsDescribed() throws Exception {
    RandomClip.write(folder, RandomClip.TINY, 1);
    List<String> log = new ArrayList<>();
    Map<Route, Set<Integer>> statuses =
        new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
    Path csv = folder.resolve("groups.csv");
    Files.writeString(csv, "class,group,kind\ncat,pet,mammal\ndog,pet,mammal\nowl,wild,bird\n");
    try (Clip clip = Clip.load(folder);
        ModelRegistry models =
            new ModelRegistry(classifiers(clip), names -> ClassGroups.read(csv, names));
        ClassifierServer server =
            new ClassifierServer(clip, models, "a {}.", settings(), log::add, null)) {
      HttpClient client = HttpClient.newHttpClient();
      for (int seed = 0; seed < REQUESTS; seed++) {
        RandomRequest request = new RandomRequest(new Random(seed));
        HttpResponse<byte[]> response =
            client.send(request.to(server.port()), BodyHandlers.ofByteArray());
        DESCRIPTION.assertDescribes(response);
        assertThat(response.statusCode()).as("seed " + seed).isLessThan(500);
        if (request.isUnknown && response.statusCode() != 401 && response.statusCode() != 403) {
          assertThat(response.statusCode()).as("seed " + seed).isIn(400, 405, 413);
        }
        statuses.computeIfAbsent(request.route, r -> new TreeSet<>()).add(response.statusCode());
      }
    }
    assertThat(log).isEmpty();
    assertThat(statuses.keySet()).hasSameSizeAs(DESCRIPTION.routes());
    statuses.forEach(
        (route, found) ->
            assertThat(found)
                .as(route.toString())
                .contains(
                    route.method().equals("post")
                        ? new Integer[] {200, 400, 413}
                        : new Integer[] {200}));
  }

  private static Map<String, Classifier> classifiers(Clip clip) {
    return Map.of(
        "pets",
        Classifier.zeroShot(clip, List.of("cat", "dog", "owl"), "a {}."),
        "strict",
        Classifier.of(TinyPrompt.rejecting(TinyPrompt.of(clip, 1), 0.5), clip, TinyPrompt.NAMES));
  }

  private static ServerSettings settings() {
    return new ServerSettings(
        "127.0.0.1",
        0,
        TOKEN,
        new Limits(8, Duration.ofSeconds(20), MAX_BYTES, 0, Images.DEFAULT_MAX_PIXELS));
  }

  /** A request, valid or not, as its random numbers decide. */
  private static final class RandomRequest {
    private final Random random;
    private final Route route;
    private boolean isUnknown;

    RandomRequest(Random random) {
      this.random = random;
      route = one(DESCRIPTION.routes());
    }

    private <T> T one(List<T> choices) {
      return choices.get(random.nextInt(choices.size()));
    }

    private boolean happens(double share) {
      return random.nextDouble() < share;
    }

    HttpRequest to(int port) throws IOException {
      String path = route.path().replace("{file}", one(FILES));
      URI address = URI.create("http://127.0.0.1:" + port + path + query());
      HttpRequest.Builder request = HttpRequest.newBuilder(address);
      if (happens(0.95)) {
        request.header("Authorization", "Bearer " + (happens(0.95) ? TOKEN : "wrong"));
      }
      if (happens(0.1)) {
        request.header("Accept", "text/html,*/*");
      }
      if (happens(0.03)) {
        request.header("Origin", "http://elsewhere.example");
      }
      String method = happens(0.03) ? one(List.of("GET", "POST", "DELETE")) : route.method();
      JsonNode body = DESCRIPTION.operation(route).path("requestBody").path("content");
      return method.equals("get") || body.isMissingNode()
          ? request.method(method.toUpperCase(Locale.ROOT), BodyPublishers.noBody()).build()
          : withBody(request, body).build();
    }

    private String query() {
      List<String> pairs = new ArrayList<>();
      for (JsonNode parameter : DESCRIPTION.parameters(route, "query")) {
        if (happens(0.6)) {
          for (String value : values(parameter.path("schema"))) {
            pairs.add(parameter.path("name").asText() + "=" + URLEncoder.encode(value, UTF_8));
          }
        }
      }
      if (happens(0.05)) {
        pairs.add(one(List.of("tops=3", "x", "%C3%A9=1", "a%00b=2")));
        isUnknown = route.method().equals("post");
      }
      return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    private List<String> values(JsonNode schema) {
      if (schema.path("type").asText().equals("array")) {
        int count = happens(0.1) ? 40 : random.nextInt(4);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          values.addAll(values(schema.path("items")));
        }
        return values;
      }
      List<String> choices = schema.path("type").asText().equals("integer") ? INTEGERS : STRINGS;
      return List.of(happens(0.5) ? choices.get(random.nextInt(3)) : one(choices));
    }

    private HttpRequest.Builder withBody(HttpRequest.Builder request, JsonNode content)
        throws IOException {
      if (happens(0.05)) {
        return request.POST(BodyPublishers.noBody());
      }
      if (happens(0.5)) {
        String type =
            one(List.of("image/png", "application/x-www-form-urlencoded", "application/json", "?"));
        return request.header("Content-Type", type).POST(BodyPublishers.ofByteArray(image()));
      }
      ByteArrayOutputStream form = new ByteArrayOutputStream();
      JsonNode properties = content.at("/multipart~1form-data/schema/properties");
      for (Map.Entry<String, JsonNode> each : properties.properties()) {
        boolean isArray = each.getValue().path("type").asText().equals("array");
        JsonNode schema = isArray ? each.getValue().path("items") : each.getValue();
        boolean isFile = schema.path("format").asText().equals("binary");
        for (int left = isArray ? random.nextInt(4) : happens(isFile ? 0.95 : 0.5) ? 1 : 0;
            left > 0;
            left--) {
          part(
              form,
              each.getKey(),
              isFile ? image() : values(schema).get(0).getBytes(UTF_8),
              isFile);
        }
      }
      if (happens(0.05)) {
        part(form, "tops", "3".getBytes(UTF_8), happens(0.5));
        isUnknown = true;
      }
      form.writeBytes("--limit--\r\n".getBytes(UTF_8));
      byte[] bytes = form.toByteArray();
      return request
          .header(
              "Content-Type", "multipart/form-data; boundary=" + (happens(0.95) ? "limit" : "x"))
          .POST(
              BodyPublishers.ofByteArray(
                  happens(0.05) ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes));
    }

    private static void part(
        ByteArrayOutputStream form, String name, byte[] content, boolean isFile) {
      String file = isFile ? "; filename=\"a\"" : "";
      form.writeBytes(
          "--limit\r\nContent-Disposition: form-data; name=\"%s\"%s\r\n\r\n"
              .formatted(name, file)
              .getBytes(UTF_8));
      form.writeBytes(content);
      form.writeBytes("\r\n".getBytes(UTF_8));
    }

    private byte[] image() throws IOException {
      if (happens(0.05)) {
        return new byte[MAX_BYTES + 1];
      }
      BufferedImage drawn =
          new BufferedImage(
              1 + random.nextInt(60), 1 + random.nextInt(60), BufferedImage.TYPE_INT_RGB);
      drawn.setRGB(0, 0, random.nextInt());
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      assertThat(ImageIO.write(drawn, one(List.of("png", "jpg", "gif", "bmp")), bytes)).isTrue();
      byte[] file = bytes.toByteArray();
      return happens(0.1) ? Arrays.copyOf(file, random.nextInt(file.length)) : file;
    }
  }
}
