package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Classifier;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.io.SealedFile;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.io.WeightFiles;
import org.kgcoop.serve.ClassifierServer;
import org.kgcoop.serve.http.ServerSettings;
import org.kgcoop.serve.http.ServerSettings.Limits;
import org.kgcoop.serve.model.ModelRegistry;
import org.kgcoop.tensor.DType;

/**
 * Changes classifier files of every method. Most files keep a valid checksum, so that commands read
 * them to the end. Every command must return numbers or reject the file with one line.
 */
@Tag("system")
class MutatedClassifiersTest {
  private static final List<Integer> ANSWERED_OR_REFUSED = List.of(0, 2, 3, 4);
  private static final Pattern NO_NUMBER = Pattern.compile("\\b(NaN|Infinity)\\b");
  private static final List<String> FORMS = List.of("csv", "onnx", "safetensors", "published");
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Twelve blocks in each encoder, because published settings of methods need them. */
  private static final ClipConfig DEEP =
      new ClipConfig(
          32, 32, 3, 77, 1000, 32, 1, 12, Activation.QUICK_GELU, new ClipConfig.Vit(32, 12, 16, 1));

  @TempDir static Path shared;
  private static Path weights;
  private static Path data;
  private static Path image;

  @BeforeAll
  static void learn() throws IOException {
    weights = shared.resolve("clip");
    data = shared.resolve("drawings");
    RandomClip.write(weights, DEEP, 1);
    SampleDrawings.copyTo(data, 4);
    try (var files = Files.list(data.resolve("bell"))) {
      image = files.sorted().findFirst().orElseThrow();
    }
    Cli.Result table =
        Cli.run(
            (Object[])
                ("fewshot --shots 1 --seeds 1 --epochs 1 --augment test --feature-cache none --methods %s"
                        + " --data %s --out %s --clip %s")
                    .formatted(
                        String.join(",", TestedMethods.ids()),
                        data,
                        shared.resolve("table"),
                        weights)
                    .split(" "));
    assertThat(table.exitCode()).as(table.err()).isZero();
  }

  /** Tests one changed file per method. */
  @Test
  void answersOrRejectsAChangedFile() throws Exception {
    check(0, TestedMethods.ids().size(), 1);
  }

  /**
   * Set the number of files with {@code -Dkgcoop.mutations=1400}. {@code
   * -Dkgcoop.mutations.first=700} skips the first 700 files.
   */
  @Test
  @Tag("nightly")
  @EnabledIfSystemProperty(named = "kgcoop.mutations", matches = "\\d+")
  void answersOrRejectsManyChangedFiles() throws Exception {
    check(
        Integer.getInteger("kgcoop.mutations.first", 0), Integer.getInteger("kgcoop.mutations"), 2);
  }

  private static void check(int first, int count, long seed)
      throws IOException, InterruptedException {
    List<String> ids = TestedMethods.ids();
    List<String> problems = new ArrayList<>();
    try (Clip clip = Clip.load(weights)) {
      for (int i = first; i < first + count; i++) {
        Path original =
            shared.resolve("table/drawings/%s/shots1/seed1".formatted(ids.get(i % ids.size())));
        Path file = shared.resolve("changed.safetensors");
        Mutation mutation = new Mutation(ClassifierFile.at(original), new Random(31 * seed + i));
        String what = "%s %s: %s".formatted(i, ids.get(i % ids.size()), mutation.write(file));
        commands(file, i, what, problems);
        serve(clip, file, what, problems);
      }
    }
    assertThat(problems).isEmpty();
  }

  private static void commands(Path file, int number, String what, List<String> problems)
      throws IOException {
    String form = FORMS.get(number / TestedMethods.ids().size() % FORMS.size());
    Path out = shared.resolve("exported-" + form);
    List<Object[]> all =
        List.of(
            new Object[] {"predict", file, image, "--json", "--top", 3, "--clip", weights},
            new Object[] {
              "predict", file, image, "--format", "csv", "--classes", "cow,owl", "--clip", weights
            },
            new Object[] {
              "eval",
              file,
              "--data",
              data,
              "--feature-cache",
              shared.resolve("cache"),
              "--json",
              "--clip",
              weights
            },
            new Object[] {"inspect", file, "--json"},
            form.equals("published")
                ? new Object[] {"export", file, "--to", form, "--out", out}
                : new Object[] {
                  "export", file, "--to", form, "--out", out, "--overwrite", "--clip", weights
                });
    for (Object[] words : all) {
      Cli.Result result = Cli.run(words);
      String said = result.out();
      if (result.exitCode() == 0 && form.equals("csv") && words[0].equals("export")) {
        said += Files.readString(out);
      }
      if (result.exitCode() == 0 && form.equals("safetensors") && words[0].equals("export")) {
        said += WeightFiles.open(out).tensors().values().stream().allMatch(StoredTensor::isFinite);
        said = said.replace("false", "NaN");
      }
      if (!ANSWERED_OR_REFUSED.contains(result.exitCode())
          || NO_NUMBER.matcher(said).find()
          || result.err().lines().filter(line -> line.startsWith("kgcoop:")).count()
              != (result.exitCode() == 0 ? 0 : 1)) {
        problems.add(
            "%s: %s: exit code %s: %s%s"
                .formatted(what, words[0], result.exitCode(), brief(said), brief(result.err())));
      }
    }
  }

  private static String brief(String text) {
    return text.length() < 600 ? text : text.substring(0, 600) + " ...";
  }

  /** Serves one file per server, because a server with an invalid classifier does not start. */
  private static void serve(Clip clip, Path file, String what, List<String> problems)
      throws IOException, InterruptedException {
    ServerSettings settings =
        new ServerSettings(
            "127.0.0.1", 0, null, new Limits(100, Duration.ofSeconds(60), 1 << 20, 0, 1 << 20));
    try (ModelRegistry models = new ModelRegistry(Map.of("changed", Classifier.load(file, clip)));
        ClassifierServer server =
            new ClassifierServer(clip, models, "a {}.", settings, line -> {}, null)) {
      URI address = URI.create("http://127.0.0.1:%s/v1/classify?top=3".formatted(server.port()));
      HttpResponse<String> answer =
          HTTP.send(
              HttpRequest.newBuilder(address).POST(BodyPublishers.ofFile(image)).build(),
              BodyHandlers.ofString());
      if (answer.statusCode() == 500 || NO_NUMBER.matcher(answer.body()).find()) {
        problems.add("%s: serve: %s %s".formatted(what, answer.statusCode(), brief(answer.body())));
      }
    } catch (KgCoopException e) { // `serve` fails at startup with this line
      if (!ANSWERED_OR_REFUSED.contains(e.category().exitCode())) {
        problems.add(what + ": serve: " + e);
      }
    } catch (RuntimeException | Error e) {
      problems.add(what + ": serve: " + e);
    }
  }

  /** A random change of a classifier file. */
  private static final class Mutation {
    private static final float[] VALUES = {
      Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 3e38f, -3e38f, 1e20f, 1e-42f, 0
    };

    private final Path original;
    private final Random random;

    Mutation(Path original, Random random) {
      this.original = original;
      this.random = random;
    }

    /** Writes the changed file and returns a description of the change. */
    String write(Path file) throws IOException {
      int kind = random.nextInt(20);
      if (kind == 0) {
        return bytes(file);
      }
      SealedFile.Content content = SealedFile.read(original, "classifier file");
      Map<String, StoredTensor> tensors = new LinkedHashMap<>(content.tensors());
      ObjectNode json = content.json().deepCopy();
      String what = kind < 12 && !tensors.isEmpty() ? tensor(tensors) : json(json);
      SealedFile.write(file, tensors.values(), json);
      return what;
    }

    private String bytes(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(original);
      int place = random.nextInt(bytes.length);
      if (random.nextBoolean()) {
        Files.write(file, Arrays.copyOf(bytes, place));
        return "cut at " + place;
      }
      bytes[place] ^= (byte) (1 << random.nextInt(8));
      Files.write(file, bytes);
      return "a bit of byte " + place;
    }

    private <T> T one(List<T> list) {
      return list.get(random.nextInt(list.size()));
    }

    // ---- tensors

    private String tensor(Map<String, StoredTensor> tensors) {
      String name = one(List.copyOf(tensors.keySet()));
      StoredTensor tensor = Objects.requireNonNull(tensors.get(name));
      switch (random.nextInt(6)) {
        case 0 -> {
          tensors.remove(name);
          return name + " removed";
        }
        case 1 -> {
          DType type = one(List.of(DType.values()));
          byte[] zeros = new byte[(int) tensor.elements() * type.bytes()];
          if (random.nextBoolean()) {
            random.nextBytes(zeros);
          }
          tensors.put(name, new StoredTensor(name, type, tensor.shape(), ByteBuffer.wrap(zeros)));
          return name + " of type " + type;
        }
        case 2 -> {
          long[] shape = shape(tensor.shape());
          int count = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
          byte[] values = new byte[count * tensor.dtype().bytes()];
          tensors.put(name, new StoredTensor(name, tensor.dtype(), shape, ByteBuffer.wrap(values)));
          return name + " of shape " + Arrays.toString(shape);
        }
        default -> {
          return values(tensors, name, tensor);
        }
      }
    }

    private long[] shape(long[] shape) {
      if (shape.length == 0) {
        return new long[] {3};
      }
      int axis = random.nextInt(shape.length);
      long[] other = shape.clone();
      switch (random.nextInt(6)) {
        case 0 -> {
          return new long[0];
        }
        case 1 -> {
          return new long[] {LongStream.of(shape).reduce(1, (a, b) -> a * b)};
        }
        case 2 -> {
          return LongStream.concat(LongStream.of(1), LongStream.of(shape)).toArray();
        }
        case 3 -> other[axis] = 0;
        case 4 -> other[axis]++;
        default -> other[axis]--;
      }
      return other;
    }

    private String values(Map<String, StoredTensor> tensors, String name, StoredTensor tensor) {
      byte[] bytes = new byte[tensor.data().remaining()];
      tensor.data().get(bytes);
      ByteBuffer data = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      boolean all = random.nextBoolean();
      int only = tensor.elements() == 0 ? 0 : random.nextInt((int) tensor.elements());
      float value = VALUES[random.nextInt(VALUES.length)];
      long label = one(List.of(-1L, 12L, 1L << 31, 1L << 40, Long.MIN_VALUE));
      for (int i = 0; i < tensor.elements(); i++) {
        if (all || i == only) {
          if (tensor.dtype() == DType.INT64) {
            data.putLong(8 * i, label);
          } else {
            data.putFloat(4 * i, value);
          }
        }
      }
      tensors.put(name, new StoredTensor(name, tensor.dtype(), tensor.shape(), data));
      return "%s %s in %s"
          .formatted(
              name, tensor.dtype() == DType.INT64 ? label : value, all ? "all" : "one element");
    }

    // ---- metadata

    private String json(ObjectNode json) {
      ObjectNode in = random.nextInt(3) > 0 ? (ObjectNode) json.path("settings") : json;
      List<String> keys = new ArrayList<>();
      in.fieldNames().forEachRemaining(keys::add);
      String key = one(keys);
      if (random.nextInt(6) == 0) {
        in.remove(key);
        return key + " removed";
      }
      JsonNode value = key.equals("class_names") ? names(in.path(key)) : value();
      in.set(key, value);
      return key + " = " + brief(value.toString());
    }

    private JsonNode names(JsonNode names) {
      ArrayNode other = names.deepCopy();
      switch (random.nextInt(7)) {
        case 0 -> other.removeAll();
        case 1 -> other.remove(0);
        case 2 -> other.add("cow");
        case 3 -> other.set(0, other.get(1));
        case 4 -> other.set(0, JsonNodeFactory.instance.textNode(" "));
        case 5 -> other.set(0, JsonNodeFactory.instance.textNode("word ".repeat(200)));
        default -> {
          return value();
        }
      }
      return other;
    }

    private JsonNode value() {
      try {
        return JSON.readTree(
            one(
                List.of(
                    "0",
                    "-1",
                    "1.5",
                    "1e308",
                    "2147483647",
                    "100",
                    "null",
                    "true",
                    "\"\"",
                    "\"no place\"",
                    "\"a {} b {} c\"",
                    "\"" + "a {} ".repeat(2000) + "\"",
                    "[]",
                    "[0]",
                    "[-1, 99]",
                    "[\"x\"]",
                    "{}",
                    "{\"a\": [1]}")));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
