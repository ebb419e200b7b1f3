package org.kgcoop.method.encoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.kgcoop.fixtures.Losses.assertSlopes;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.TunedImageEncoder;
import org.kgcoop.clip.VisionTransformer;
import org.kgcoop.clip.untrained.RandomClip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.io.StateDictFiles;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.FittedMethod;
import org.kgcoop.method.Method;
import org.kgcoop.method.TaskContext;
import org.kgcoop.model.Batch;
import org.kgcoop.model.Head;
import org.kgcoop.model.Step;
import org.kgcoop.model.TrainableModel;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Compares MMRL with a plain implementation. The plain one computes each image and each class
 * separately, and passes all tokens through all blocks. The representation tokens follow the first
 * token, as published.
 */
class MmrlTest {
  private static final ClipConfig CONFIG =
      new ClipConfig(
          12, 8, 3, 77, 700, 16, 2, 4, Activation.QUICK_GELU, new ClipConfig.Vit(24, 4, 4, 2));

  private static final List<String> NAMES = List.of("cat", "St. Bernard", "ice_cream");
  private static final List<String> OTHERS = List.of("owl", "x");
  private static final long[] LABELS = {2, 0};
  private static final int COUNT = 3; // n
  private static final double SHARE = 0.6;
  private static final double WEIGHT = 2.5;
  private static final double SCALE = 100; // the published logit scale

  @TempDir static Path folder;
  private static Clip clip;

  @BeforeAll
  static void load() {
    RandomClip.write(folder.resolve("clip"), CONFIG, 3);
    clip = Clip.load(folder.resolve("clip"));
  }

  @AfterAll
  static void close() {
    clip.close();
  }

  private static Mmrl method(List<Integer> layers) {
    return new Mmrl(COUNT, layers, 6, SHARE, WEIGHT, "a photo of a {}.");
  }

  private static List<Integer> list(String layers) {
    return Arrays.stream(layers.split(",")).map(Integer::valueOf).toList();
  }

  /** Creates a trainable model and moves its parameters away from their initial values. */
  private static TrainableModel moved(Mmrl method) {
    TrainableModel model = method.model(clip, NAMES, 1);
    try (Scope scope = Scope.open("start")) {
      Map<String, Tensor> values = new LinkedHashMap<>();
      model
          .parameters()
          .forEach(
              (name, p) -> values.put(name, TinyClip.normal(values.size() + 1, 0.4, p.shape())));
      model.load(values);
    }
    return model;
  }

  private static Tensor images() {
    return TinyClip.normal(4, 1, 2, 3, 8, 8);
  }

  private static VisionTransformer vision() {
    return clip.promptedVision("test");
  }

  private static Tensor frozenFeatures() {
    try (Autograd.Switch off = Autograd.off()) {
      return clip.imageEncoder().features(images()).unitRows();
    }
  }

  private static Batch batch(TrainableModel model) {
    try (Autograd.Switch off = Autograd.off()) {
      int block = model.inputs().block().orElseThrow();
      assertThat(model.inputs().features()).isTrue();
      return new Batch(frozenFeatures(), vision().rows(images(), block), Tensor.of(LABELS, 2), 0);
    }
  }

  // ---- the plain encoders

  private static Tensor weight(String name) {
    return Objects.requireNonNull(clip.stored().get(name), name).tensor();
  }

  private static Tensor linear(Tensor x, String name) {
    return x.matmul(weight(name + ".weight").transpose(0, 1)).plus(weight(name + ".bias"));
  }

  private static Tensor norm(Tensor x, String name) {
    return Functions.layerNorm(x, weight(name + ".weight"), weight(name + ".bias"), 1e-5);
  }

  /** Computes a block for one sequence, (L, W). */
  private static Tensor block(Tensor x, String name, int heads, boolean causal) {
    int length = (int) x.size(0);
    int width = (int) x.size(1);
    float[] future = new float[length * length];
    for (int i = 0; i < length && causal; i++) {
      Arrays.fill(future, i * length + i + 1, (i + 1) * length, -1e30f);
    }
    Tensor in =
        norm(x, name + "ln_1")
            .matmul(weight(name + "attn.in_proj_weight").transpose(0, 1))
            .plus(weight(name + "attn.in_proj_bias"));
    List<Tensor> parts = new ArrayList<>(); // each (heads, L, W / heads)
    for (int p = 0; p < 3; p++) {
      parts.add(
          in.narrow(1, (long) p * width, width)
              .reshape(length, heads, width / heads)
              .transpose(0, 1));
    }
    Tensor scores =
        parts
            .get(0)
            .matmul(parts.get(1).transpose(1, 2))
            .times(1 / Math.sqrt((double) width / heads))
            .plus(Tensor.of(future, length, length));
    Tensor attended =
        Functions.softmax(scores, 2).matmul(parts.get(2)).transpose(0, 1).reshape(length, width);
    Tensor y = x.plus(linear(attended, name + "attn.out_proj"));
    Tensor hidden = linear(norm(y, name + "ln_2"), name + "mlp.c_fc");
    Tensor activated = hidden.dividedBy(hidden.times(-1.702).exp().plus(1));
    return y.plus(linear(activated, name + "mlp.c_proj"));
  }

  /** Computes an encoder for a sequence, and inserts or replaces the tokens of the given layers. */
  private static Tensor through(
      Tensor x,
      String encoder,
      int heads,
      boolean causal,
      List<Integer> layers,
      List<Tensor> rows) {
    Tensor y = x;
    for (int layer = 1; layer <= 4; layer++) {
      int k = layers.indexOf(layer);
      if (k >= 0) {
        long kept = k == 0 ? 1 : 1 + COUNT; // start of the other tokens
        y =
            Tensor.concat(
                List.of(y.narrow(0, 0, 1), rows.get(k), y.narrow(0, kept, y.size(0) - kept)), 0);
      }
      y = block(y, encoder + "transformer.resblocks." + (layer - 1) + ".", heads, causal);
    }
    return y;
  }

  private static Tensor parameter(TrainableModel model, String name) {
    return Objects.requireNonNull(model.parameters().get(name), name);
  }

  private static List<Tensor> rows(TrainableModel model, String kind, int layers) {
    List<Tensor> rows = new ArrayList<>();
    String tokens = "representation_learner.compound_rep_tokens";
    for (int k = 0; k < layers; k++) {
      String name = tokens + "_" + kind + "." + k;
      rows.add(
          parameter(model, tokens)
              .matmul(parameter(model, name + ".weight").transpose(0, 1))
              .plus(parameter(model, name + ".bias")));
    }
    return rows;
  }

  /** The unit features f and r, (B, E), and t, (C, E). */
  private record Features(Tensor ofClassRows, Tensor ofTokens, Tensor texts) {}

  private static Features plain(TrainableModel model, List<Integer> layers, List<String> names) {
    List<Tensor> ofClassRows = new ArrayList<>();
    List<Tensor> ofTokens = new ArrayList<>();
    List<Tensor> inImages = rows(model, "r2vproj", layers.size());
    for (int i = 0; i < images().size(0); i++) {
      Tensor first = vision().rows(images().narrow(0, i, 1), 0).select(0, 0);
      Tensor y = norm(through(first, "visual.", 2, false, layers, inImages), "visual.ln_post");
      ofClassRows.add(y.narrow(0, 0, 1).matmul(weight("visual.proj")));
      ofTokens.add(
          y.narrow(0, 1, COUNT).mean(0, true).matmul(parameter(model, "image_encoder.proj_rep")));
    }
    List<Tensor> inTexts = rows(model, "r2tproj", layers.size());
    List<Tensor> texts = new ArrayList<>();
    for (PromptText.ClassText row :
        PromptText.handCrafted(clip, names, "a photo of a {}.").texts()) {
      long[] ids = row.tokens().stream().mapToLong(Integer::longValue).toArray();
      Tensor x =
          Functions.rows(weight("token_embedding.weight"), Tensor.of(ids, ids.length))
              .plus(weight("positional_embedding").narrow(0, 0, ids.length));
      Tensor y = through(x, "", 2, true, layers, inTexts);
      texts.add(norm(y.narrow(0, y.size(0) - 1, 1), "ln_final").matmul(weight("text_projection")));
    }
    return new Features(
        Tensor.concat(ofClassRows, 0).unitRows(),
        Tensor.concat(ofTokens, 0).unitRows(),
        Tensor.concat(texts, 0).unitRows());
  }

  private static Tensor crossEntropy(Tensor features, Tensor texts) {
    return Functions.crossEntropy(
        features.matmul(texts.transpose(0, 1)).times(SCALE), Tensor.of(LABELS, 2));
  }

  private static Tensor apart(Tensor rows, Tensor others) {
    return rows.times(others).sum(1).mean().times(-1).plus(1);
  }

  private static float[] logits(Tensor features, Tensor texts) {
    return features.matmul(texts.transpose(0, 1)).times(SCALE).toFloats();
  }

  private static void assertClose(Tensor found, Tensor expected, String what) {
    float[] a = found.toFloats();
    float[] b = expected.toFloats();
    assertThat(a).as(what).hasSameSizeAs(b);
    double largest = 0;
    double error = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(b[i]));
      error = Math.max(error, Math.abs(a[i] - b[i]));
    }
    assertThat(largest).as(what).isGreaterThan(1e-4);
    assertThat(error).as(what).isLessThan(1e-4 * largest);
  }

  /**
   * The layers include the last one, only the last one, or the first one. Some lists skip layers.
   */
  @ParameterizedTest
  @ValueSource(strings = {"2,3,4", "4", "1,2", "1,3", "2,4", "3"})
  void lossesAndGradientsAreThoseOfThePlainEncoders(String layers) {
    Mmrl method = method(list(layers));
    try (TrainableModel model = moved(method);
        Scope scope = Scope.open("test")) {
      Features plain = plain(model, method.layers(), NAMES);
      Map<String, Tensor> losses = new LinkedHashMap<>();
      losses.put("cross_entropy", crossEntropy(plain.ofClassRows(), plain.texts()));
      losses.put("cross_entropy_tokens", crossEntropy(plain.ofTokens(), plain.texts()));
      losses.put("image", apart(plain.ofClassRows(), frozenFeatures()));
      losses.put("text", apart(plain.texts(), frozenTexts()));
      Tensor sum =
          value(losses, "cross_entropy")
              .times(SHARE)
              .plus(value(losses, "cross_entropy_tokens").times(1 - SHARE))
              .plus(value(losses, "image").plus(value(losses, "text")).times(WEIGHT));
      List<Tensor> gradients =
          Autograd.gradients(sum, List.copyOf(model.parameters().values()), false);

      Step step = model.step(batch(model));
      losses.put("loss", sum);
      assertThat(step.losses()).containsOnlyKeys(losses.keySet());
      losses.forEach(
          (name, loss) ->
              assertThat(step.losses().get(name))
                  .as(name)
                  .isCloseTo(loss.item(), within(1e-4 * Math.max(0.1, loss.item()))));
      int place = 0;
      for (String name : model.parameters().keySet()) {
        assertClose(step.gradients().get(place), gradients.get(place), name);
        place++;
      }
    }
  }

  private static Tensor frozenTexts() {
    return TextFeatures.handCrafted(clip, NAMES, "a photo of a {}.");
  }

  private static Tensor value(Map<String, Tensor> losses, String name) {
    return Objects.requireNonNull(losses.get(name), name);
  }

  @Test
  void computesGradientsEqualToFiniteDifferences() {
    Mmrl method = new Mmrl(COUNT, List.of(2, 3, 4), 6, SHARE, 0.3, "{}");
    try (TrainableModel model = moved(method);
        Scope scope = Scope.open("test")) {
      Batch batch = batch(model);
      List<String> names = List.copyOf(model.parameters().keySet());
      assertSlopes(model, names, () -> batch, 1, 7e-3, 5e-4);
    }
  }

  private static double loss(Step step) {
    return Objects.requireNonNull(step.losses().get("loss"));
  }

  private static FittedMethod learned(Method method, TrainableModel model) {
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    model.parameters().forEach((name, p) -> tensors.put(name, StoredTensor.of(name, p)));
    return new FittedMethod(method, NAMES, tensors);
  }

  private static float[] answers(Head classifier) {
    try (Scope scope = Scope.open("answers");
        Autograd.Switch off = Autograd.off()) {
      return classifier.logits(classifier.encoder().orElseThrow().features(images())).toFloats();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2,3,4", "1,3"})
  void learnedClassesAreAnsweredByBothFeaturesAndOthersByTheClassRow(String layers) {
    Mmrl method = method(list(layers));
    List<String> some = List.of("ice cream", "cat"); // 'ice cream' is trained as 'ice_cream'
    List<String> mixed = List.of("cat", "owl");
    try (TrainableModel model = moved(method);
        Head fixed = model.toHead();
        Head own = learned(method, model).classifier(clip, NAMES);
        Head part = learned(method, model).classifier(clip, some);
        Head withOther = learned(method, model).classifier(clip, mixed);
        Head others = learned(method, model).classifier(clip, OTHERS);
        Head elsewhere =
            learned(method.forDataSetOf(method(List.of(4))), model).classifier(clip, NAMES);
        Scope scope = Scope.open("test")) {
      Features plain = plain(model, method.layers(), NAMES);
      Tensor both = plain.ofClassRows().times(SHARE).plus(plain.ofTokens().times(1 - SHARE));
      assertThat(answers(own)).containsExactly(answers(fixed));
      assertThat(answers(own)).containsExactly(logits(both, plain.texts()), within(5e-3f));
      Features ofSome = plain(model, method.layers(), some);
      assertThat(answers(part)).containsExactly(logits(both, ofSome.texts()), within(5e-3f));
      Tensor alone = plain.ofClassRows();
      assertThat(answers(withOther))
          .containsExactly(
              logits(alone, plain(model, method.layers(), mixed).texts()), within(5e-3f));
      assertThat(answers(others))
          .containsExactly(
              logits(alone, plain(model, method.layers(), OTHERS).texts()), within(5e-3f));
      assertThat(answers(elsewhere)).containsExactly(logits(alone, plain.texts()), within(5e-3f));
      assertThat(others.encoder().orElseThrow().learned().mix()).isEmpty();
    }
  }

  /** An export computes the image encoder from these tensors. */
  @Test
  void theLearnedEncoderGivesTheFeatures() {
    Mmrl method = method(List.of(2, 4));
    try (TrainableModel model = moved(method);
        Head fixed = model.toHead();
        Scope scope = Scope.open("test");
        Autograd.Switch off = Autograd.off()) {
      TunedImageEncoder encoder = fixed.encoder().orElseThrow().learned();
      TunedImageEncoder.TokenMix mix = encoder.mix().orElseThrow();
      VisionTransformer.Output read =
          vision().output(vision().rows(images(), encoder.prompts().first()), encoder.prompts());
      Tensor features =
          mix.mixed(vision().project(read.classRows()).unitRows(), mix.tokenFeatures(read));
      assertThat(fixed.encoder().orElseThrow().features(images()).toFloats())
          .containsExactly(features.toFloats(), within(1e-5f));
      assertThat(encoder.prompts().blocks()).containsExactly(1, 3);
      assertThat(encoder.prompts().before(2)).isEmpty();
      assertThat(encoder.weights()).isEmpty();
    }
  }

  @Test
  void theLayersOfAEncoderStartAlikeAndSeedsDoNot() {
    Mmrl method = method(List.of(3, 4));
    try (TrainableModel a = method.model(clip, NAMES, 3);
        TrainableModel b = method.model(clip, NAMES, 3);
        TrainableModel c = method.model(clip, NAMES, 4)) {
      for (String name : List.of("r2vproj.%s.weight", "r2tproj.%s.weight", "r2vproj.%s.bias")) {
        String all = "representation_learner.compound_rep_tokens_" + name;
        byte[] start = parameter(a, all.formatted("0")).toBytes();
        assertThat(parameter(a, all.formatted("1")).toBytes()).isEqualTo(start);
        assertThat(parameter(b, all.formatted("0")).toBytes()).isEqualTo(start);
        assertThat(parameter(c, all.formatted("0")).toBytes()).isNotEqualTo(start);
      }
      assertThat(parameter(a, "image_encoder.proj_rep").shape()).containsExactly(24, 12);
    }
  }

  @Test
  void thePublishedFileIsTheWholeModel() {
    Mmrl method = new Mmrl(COUNT, List.of(3, 4), 6, 0.7, 1, "a photo of a {}.");
    Path file = folder.resolve("model.pth.tar-10");
    try (TrainableModel model = moved(method);
        Scope scope = Scope.open("test")) {
      Map<String, StoredTensor> whole = new LinkedHashMap<>(learned(method, model).tensors());
      put(whole, "representation_learner.prompt_embeddings", embeddings(NAMES));
      clip.stored()
          .forEach(
              (name, tensor) -> {
                String inside =
                    name.startsWith("visual.")
                        ? name.replaceFirst("visual", "image_encoder")
                        : "text_encoder." + name;
                put(whole, inside, tensor.tensor());
              });
      StateDictFiles.write(file, whole);
      ClassifierFile read = ClassifierFile.readAny(file, NAMES);
      assertThat(read.method()).isEqualTo(method);
      assertThat(read.parameters())
          .containsKeys(model.parameters().keySet().toArray(String[]::new))
          .hasSize(model.parameters().size() + 1);
      try (Head again = read.classifier(clip, NAMES);
          Head fixed = model.toHead()) {
        assertThat(answers(again)).containsExactly(answers(fixed));
      }
      // The head uses only the CLS token for other classes, and for files without these texts.
      try (Head others = ClassifierFile.readAny(file, OTHERS).classifier(clip, OTHERS);
          Head alone = learned(method.forDataSetOf(method), model).classifier(clip, OTHERS)) {
        assertThat(answers(others)).containsExactly(answers(alone));
      }
      whole.remove("representation_learner.prompt_embeddings");
      Path silent = folder.resolve("silent.pth.tar-10");
      StateDictFiles.write(silent, whole);
      List<String> warnings = new ArrayList<>();
      try (Head supposed =
              ClassifierFile.readAny(silent, NAMES, TaskContext.ANY, null, warnings::add)
                  .classifier(clip, NAMES);
          Head alone = learned(method.forDataSetOf(method), model).classifier(clip, NAMES)) {
        assertThat(answers(supposed)).containsExactly(answers(alone));
      }
      assertThat(warnings).singleElement().asString().contains("does not show which classes");
    }
    assertThatThrownBy(() -> ClassifierFile.readAny(file, List.of()))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("does not name its classes");
  }

  /** Returns the token embeddings of class texts, padded with token 0, (C, 77, W). */
  private static Tensor embeddings(List<String> names) {
    List<Tensor> rows = new ArrayList<>();
    for (PromptText.ClassText row :
        PromptText.handCrafted(clip, names, "a photo of a {}.").texts()) {
      long[] tokens = new long[77];
      for (int i = 0; i < row.tokens().size(); i++) {
        tokens[i] = row.tokens().get(i);
      }
      rows.add(clip.textEncoder().embed(tokens).reshape(1, 77, 16));
    }
    return Tensor.concat(rows, 0);
  }

  private static void put(Map<String, StoredTensor> tensors, String name, Tensor tensor) {
    tensors.put(name, StoredTensor.of(name, tensor));
  }

  @Test
  void settingsAreReadAsTheyAreWritten() {
    Mmrl method = method(List.of(1, 3));
    assertThat(MethodRegistry.parse(method.settingValues())).isEqualTo(method);
  }

  private static Method read(Method method) {
    return MethodRegistry.parse(method.settingValues());
  }

  private static void refused(Runnable wrong, String... parts) {
    assertThatThrownBy(wrong::run)
        .isInstanceOf(KgCoopException.class)
        .hasMessageContainingAll(parts);
  }

  @Test
  void rejectsWrongSettings() {
    refused(() -> read(method(List.of())), "representation_layers: expected ascending", "got []");
    refused(
        () -> read(method(List.of(3, 2))),
        "representation_layers: expected ascending",
        "got [3, 2]");
    refused(
        () -> read(method(List.of(2, 2))),
        "representation_layers: expected ascending",
        "got [2, 2]");
    refused(
        () -> read(method(List.of(0, 1))),
        "representation_layers: expected ascending",
        "got [0, 1]",
        "from 1 on");
    refused(
        () -> read(new Mmrl(0, List.of(1), 6, 1, 1, "{}")), "tokens: expected 1 to 1,000, got 0");
    refused(
        () -> read(new Mmrl(1, List.of(1), 0, 1, 1, "{}")),
        "dimension: expected 1 to 65,536, got 0");
    refused(() -> read(new Mmrl(1, List.of(1), 6, 1.5, 1, "{}")), "share", "got 1.5");
    refused(() -> read(new Mmrl(1, List.of(1), 6, 1, -1, "{}")), "weight", "got -1.0");
    refused(() -> read(new Mmrl(1, List.of(1), 6, 1, 1, "a photo")), "template 'a photo'");
  }

  @Test
  void towersThatItCannotLearnInAreRefused() {
    refused(
        () -> method(List.of(4, 5)).model(clip, NAMES, 1).close(),
        "[4, 5]",
        "4 and 4 layers",
        "--set mmrl.representation_layers=4");
    try (Clip resNet = TinyClip.resNet();
        Clip siglip = Clip.load(TinyClip.siglipFolder())) {
      refused(() -> method(List.of(1)).model(resNet, NAMES, 1).close(), "MMRL", "a ResNet");
      refused(() -> method(List.of(1)).model(siglip, NAMES, 1).close(), "MMRL", "SigLIP's");
    }
  }
}
