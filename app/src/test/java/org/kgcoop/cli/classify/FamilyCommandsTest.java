package org.kgcoop.cli.classify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Embedder;
import org.kgcoop.cli.Cli;
import org.kgcoop.cli.SampleDrawings;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.clip.biomed.BiomedFamily;
import org.kgcoop.clip.biomed.RandomBiomedClip;
import org.kgcoop.clip.pe.PeFamily;
import org.kgcoop.clip.siglip.SiglipFamily;
import org.kgcoop.io.Safetensors;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.runs.Predictions;
import org.kgcoop.tensor.Linear;

/**
 * Passes a tiny model of each family to the commands. EveryMethodTest does this with OpenAI's CLIP,
 * and FamilyContractTest reads the models of all families.
 */
@Tag("system")
@ParameterizedClass
@MethodSource("tested")
class FamilyCommandsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double[] MEAN = {0.48145466, 0.4578275, 0.40821073};
  private static final double[] STD = {0.26862954, 0.26130258, 0.27577711};
  private static final int CONFIGURATION = 2;
  private static final int INTERRUPTED = 130;

  /** A family: its name, the start of what is assumed, and methods. */
  enum Tested {
    /** ViT-B/32 at 256 pixels in OpenCLIP's layout: 64 patches. */
    OPEN_CLIP(
        "CLIP",
        "",
        List.of("clip", "taskres", "tip-adapter", "kgcoop", "vpt", "clip-lora"),
        List.of("kgcoop", "vpt --set image_depth=2"),
        List.of("coop --set context_tokens=30"),
        "") {
      @Override
      Path write(Path folder) throws IOException {
        ClipConfig.Vit vision = new ClipConfig.Vit(64, 2, 32, 4);
        RandomClip.write(
            folder, new ClipConfig(32, 256, 3, 32, 700, 32, 2, 2, Activation.GELU, vision), 1);
        Files.move(
            folder.resolve("model.safetensors"), folder.resolve("open_clip_model.safetensors"));
        Path settings = folder.resolve("open_clip_config.json");
        ObjectNode json = (ObjectNode) JSON.readTree(settings.toFile());
        json.withObject("/model_cfg").put("embed_dim", 32);
        json.withObject("/model_cfg/vision_cfg").put("image_size", 256).put("patch_size", 32);
        json.putPOJO("preprocess_cfg", Map.of("mean", MEAN, "std", STD));
        JSON.writeValue(settings.toFile(), json);
        return folder;
      }
    },
    SIGLIP(
        "SigLIP",
        "SigLIP's mean",
        List.of("taskres", "tip-adapter", "kgcoop"),
        List.of("kgcoop"),
        List.of("maple --set depth=1", "tcp --set layer=1"),
        "texts") {
      @Override
      Path write(Path folder) {
        ClipConfig.Text text = SiglipFamily.TEXT.sized(32, 200, 16, 2, 2);
        ClipConfig.Vit vision = SiglipFamily.VISION.sized(24, 2, 4, 3);
        RandomClip.write(folder, new ClipConfig(24, 8, 3, text, vision), 1);
        return folder;
      }
    },
    /** In Meta's layout: one file, with the names of its pooling. */
    PE_CORE(
        "PE-Core",
        "activation GELU",
        List.of("taskres", "tip-adapter", "kgcoop", "cocoop", "clip-lora"),
        List.of("lasp", "clip-lora", "tcp --set layer=1"),
        List.of(
            "vpt",
            "ivlp --set text_depth=1 --set image_depth=1",
            "maple --set depth=1",
            "mmrl",
            "coop --set context_tokens=30"),
        "the image encoder of this model is PE-Core's") {
      @Override
      Path write(Path folder) throws IOException {
        ClipConfig.Text text = PeFamily.TEXT.sized(32, 700, 32, 1, 3);
        ClipConfig.Vit vision = PeFamily.VISION.sized(24, 2, 8, 1);
        RandomClip.write(folder, new ClipConfig(24, 16, 3, text, vision), 1);
        Path random = folder.resolve("model.safetensors");
        List<StoredTensor> renamed =
            Safetensors.read(random).tensors().values().stream()
                .map(t -> StoredTensor.ofFloats(metas(t.name()), t.shape(), t.toFloats()))
                .toList();
        Path file = folder.resolve("PE-Core-T16-384.safetensors");
        Safetensors.write(file, renamed, Map.of());
        Files.delete(random);
        return file;
      }

      private String metas(String name) {
        return name.replace("visual.pool.ln.", "visual.attn_pool.layernorm.")
            .replace("visual.pool.", "visual.attn_pool.");
      }
    },
    BIOMED_CLIP(
        "BiomedCLIP",
        "epsilon 1e-12, exact GELU, padding",
        List.of("taskres", "tip-adapter", "kgcoop", "cocoop", "lasp", "vpt", "clip-lora"),
        List.of("taskres", "vpt --set image_depth=2", "clip-lora"),
        List.of(
            "maple --set depth=1",
            "ivlp --set text_depth=1 --set image_depth=1",
            "mmrl --set representation_layers=2",
            "tcp --set layer=1",
            "coop --set context_tokens=39"),
        "text encoder") {
      @Override
      Path write(Path folder) {
        ClipConfig.Text text = BiomedFamily.TEXT.sized(40, 300, 32, 2, 3);
        ClipConfig.Vit vision = BiomedFamily.VISION.sized(24, 2, 8, 3);
        RandomBiomedClip.write(folder, new ClipConfig(20, 16, 3, text, vision), 1);
        return folder;
      }
    },
    NAFLEX(
        "SigLIP 2 NaFlex",
        "",
        List.of("gda", "tip-adapter-f", "kgcoop", "cocoop"),
        List.of("coop --augment online"),
        List.of("vpt", "mmrl", "clip-lora"),
        "the image encoder of this model is SigLIP 2 NaFlex's") {
      @Override
      Path write(Path folder) throws IOException {
        NaflexModel.write(folder);
        return folder;
      }

      @Override
      void writeImages(Path folder) throws IOException {
        NaflexModel.writeImages(folder); // of several shapes
      }
    };

    private final String title;
    private final String assumed;
    private final List<String> methods;
    private final List<String> resumed;
    private final List<String> refused;
    private final String refusal;

    Tested(
        String title,
        String assumed,
        List<String> methods,
        List<String> resumed,
        List<String> refused,
        String refusal) {
      this.title = title;
      this.assumed = assumed;
      this.methods = methods;
      this.resumed = resumed;
      this.refused = refused;
      this.refusal = refusal;
    }

    /** Writes a random model, and returns its file or folder. */
    abstract Path write(Path folder) throws IOException;

    void writeImages(Path folder) throws IOException {
      SampleDrawings.copyTo(folder, 3);
    }
  }

  /** A build tests the two families with the most own code. {@code -Pnightly} tests all. */
  static List<Tested> tested() {
    String names = System.getProperty("kgcoop.families", "all");
    return names.equals("all")
        ? List.of(Tested.values())
        : Stream.of(names.split(",")).map(Tested::valueOf).toList();
  }

  @TempDir static Path shared;
  private static Path folder;
  private static Path weights;
  private static Path data;
  private static ServedTable served;

  @Parameter private Tested family;

  @BeforeParameterizedClassInvocation
  static void learnAndServe(Tested family) throws IOException {
    folder = shared.resolve(family.name());
    weights = family.write(folder.resolve("clip"));
    data = folder.resolve("drawings");
    family.writeImages(data);
    Path table = folder.resolve("table");
    String few = "fewshot --shots 2 --seeds 1 --epochs 1 --methods ";
    String depth = family.methods.contains("vpt") ? " --set vpt.image_depth=2" : "";
    ok(few + String.join(",", family.methods) + depth, "--data", data, "--out", table);
    served = new ServedTable(table, weights, family.methods);
  }

  @AfterParameterizedClassInvocation
  static void stop() {
    served.close();
  }

  /** Returns the words of a command, with the model. */
  private static Object[] words(String command, Object... more) {
    List<Object> all = new ArrayList<>(List.of(command.split(" ")));
    all.addAll(List.of(more));
    all.addAll(List.of("--clip", weights));
    if (!command.startsWith("export")) {
      all.addAll(List.of("--feature-cache", "none"));
    }
    return all.toArray();
  }

  private static JsonNode ok(String command, Object... more) throws IOException {
    Cli.Result result = Cli.run(words(command + " --json", more));
    assertThat(result.exitCode()).as(result.err()).isZero();
    return JSON.readTree(result.out());
  }

  private Path image() {
    return data.resolve(served.found(family.methods.get(0)).get(0).image());
  }

  @Test
  void inspectNamesTheFamilyAndWhatIsAssumed() throws IOException {
    JsonNode json = JSON.readTree(Cli.run("inspect", weights, "--json").out());
    assertThat(json.path("family").asText()).isEqualTo(family.title);
    assertThat(json.path("assumed").toString()).contains(family.assumed);
  }

  /** The server encodes the images of these requests together. */
  @Test
  void predictServeAndTheLibraryRepeatTheRun() throws IOException {
    for (String id : family.methods) {
      List<Predictions.Prediction> measured = served.found(id);
      String address = "/v1/classify?top=1&model=" + id;
      List<CompletableFuture<JsonNode>> answers =
          measured.stream()
              .map(each -> data.resolve(each.image()))
              .map(file -> CompletableFuture.supplyAsync(() -> served.post(address, file)))
              .toList();
      for (int i = 0; i < measured.size(); i++) {
        assertFirst(answers.get(i).join(), measured.get(i), id);
      }
      Predictions.Prediction one = measured.get(0);
      Path image = data.resolve(one.image());
      assertFirst(ok("predict", served.run(id), image).path("images").path(0), one, id);
      try (Classifier library = Classifier.load(served.run(id), served.clip())) {
        assertThat(library.classify(image).probabilities()[one.predicted()])
            .isCloseTo((float) one.confidence(), within(1e-4f));
      }
    }
  }

  private static void assertFirst(JsonNode answer, Predictions.Prediction expected, String id) {
    JsonNode first = answer.path("classes").path(0);
    assertThat(first.path("index").asInt()).as(id).isEqualTo(expected.predicted());
    assertThat(first.path("probability").asDouble())
        .as(id)
        .isCloseTo(expected.confidence(), within(1e-4));
  }

  @Test
  void classesByTheirNamesAreAnsweredAsTheLibraryDoes() {
    JsonNode classes =
        served
            .post("/v1/zero-shot?classes=red%20fox,cow&top=2&template=the%20%7B%7D.", image())
            .path("classes");
    try (Classifier library =
        Classifier.zeroShot(served.clip(), List.of("red fox", "cow"), "the {}.")) {
      Classification expected = library.classify(image());
      assertThat(classes).hasSize(2);
      for (JsonNode one : classes) {
        assertThat(one.path("probability").asDouble())
            .isCloseTo(expected.probabilities()[one.path("index").asInt()], within(1e-4));
      }
    }
  }

  @Test
  void embedSearchAndServeUseTheModel() throws IOException {
    Path features = folder.resolve("features.csv");
    ok("embed", image(), "--out", features);
    float[] expected = Embedder.unit(served.clip()).embed(image());
    String[] cells = Files.readAllLines(features).get(1).split(",", -1);
    JsonNode answer = served.post("/v1/embed", image()).path("images").path(0);
    assertThat(cells).hasSize(1 + expected.length);
    assertThat(answer).hasSize(expected.length);
    for (int i = 0; i < expected.length; i++) {
      assertThat(Float.parseFloat(cells[1 + i])).isCloseTo(expected[i], within(1e-5f));
      assertThat(answer.get(i).floatValue()).isCloseTo(expected[i], within(1e-5f));
    }
    assertThat(ok("search --top 2", data, "--image", image()).path("found")).hasSize(2);
    String longText = "a chest x-ray of a lung ".repeat(10).strip();
    if (family == Tested.OPEN_CLIP) {
      assertThat(Cli.run(words("search --top 2", data, longText)).errorLine())
          .contains("has 132 tokens with its start and end; the model reads 32");
    } else {
      assertThat(ok("search --top 2", data, longText).path("found")).hasSize(2);
    }
  }

  @Test
  void theCacheReturnsTheSameFeatures() throws IOException {
    Path cache = folder.resolve("cache");
    List<Path> files = new ArrayList<>();
    for (String use : List.of("none", cache.toString(), cache.toString())) {
      Path features = folder.resolve("features" + files.size() + ".csv");
      Cli.Result result =
          Cli.run("embed", image(), "--clip", weights, "--feature-cache", use, "--out", features);
      assertThat(result.exitCode()).as(result.err()).isZero();
      files.add(features);
    }
    assertThat(cache).isNotEmptyDirectory();
    assertThat(files.get(1)).hasSameBinaryContentAs(files.get(0));
    assertThat(files.get(2)).hasSameBinaryContentAs(files.get(0));
  }

  @Test
  void int8ChangesAFeatureLittle() throws IOException {
    assumeTrue(Linear.hasInt8(), "a processor with int8 products");
    Path features = folder.resolve("int8.csv");
    ok("embed --precision int8", image(), "--out", features);
    String[] cells = Files.readAllLines(features).get(1).split(",", -1);
    float[] expected = Embedder.unit(served.clip()).embed(image());
    double cosine = 0;
    for (int i = 0; i < expected.length; i++) {
      cosine += expected[i] * Double.parseDouble(cells[1 + i]);
    }
    assertThat(cosine).isBetween(0.98, 1 - 1e-9);
  }

  @Test
  void adaptAndPredictUseTheModel() throws IOException {
    Path plan = Files.createDirectories(folder.resolve("plan"));
    Files.writeString(
        plan.resolve("adapt.json"),
        """
        {"plan": {"methods": ["zero-shot", "kgcoop"]}, "labels": {"origin": "unstated"},
         "images": {"copies": {}}, "result": {}}
        """);
    Path out = folder.resolve("adapted");
    ok("adapt --shots 2", data, "--plan", plan, "--out", out);
    assertThat(ok("predict", out, image()).path("images")).hasSize(1);
  }

  /** OnnxTest of the bench module tests the numbers of such files. */
  @Test
  void exportsToOnnx() throws IOException {
    for (String id : family.methods) {
      if (!id.equals("cocoop")) { // which has no fixed head
        Path file = folder.resolve(id + ".onnx");
        ok("export --to onnx", served.run(id), "--out", file);
        assertThat(file).isNotEmptyFile();
      }
    }
  }

  @Test
  void aTrainingResumesByteIdentically() {
    for (String method : family.resumed) {
      Path calm = folder.resolve("calm-" + method.split(" ")[0]);
      Path stopped = folder.resolve("stopped-" + method.split(" ")[0]);
      String command = "train --shots 1 --epochs 3 --method " + method;
      assertThat(Cli.run(words(command, "--data", data, "--out", calm)).exitCode()).isZero();
      AtomicInteger asked = new AtomicInteger();
      Object[] again = words(command, "--data", data, "--out", stopped);
      assertThat(Cli.run(() -> asked.incrementAndGet() > 2, again).exitCode())
          .isEqualTo(INTERRUPTED);
      assertThat(Cli.run(again).exitCode()).isZero();
      assertThat(stopped.resolve("classifier.safetensors"))
          .hasSameBinaryContentAs(calm.resolve("classifier.safetensors"));
    }
  }

  @Test
  void whatIsNotDefinedIsRefusedInOneLine() {
    for (String method : family.refused) {
      Path out = folder.resolve("none-" + method.split(" ")[0]);
      Cli.Result result = Cli.run(words("train --method " + method, "--data", data, "--out", out));
      assertThat(result.exitCode()).as(method + result.err()).isNotZero();
      assertThat(result.err().lines().filter(line -> line.startsWith("kgcoop:"))).hasSize(1);
      if (method.startsWith("coop")) {
        assertThat(result.errorLine()).contains("the model reads");
      } else {
        assertThat(result.exitCode()).as(result.err()).isEqualTo(CONFIGURATION);
        assertThat(result.errorLine()).contains(family.refusal);
      }
    }
  }
}
