package org.kgcoop.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.RandomClip;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Device;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Compares the packed text encoder with a plain one in this test. The plain encoder computes each
 * class over the full context length, and shares and cuts nothing.
 */
class TextFeaturesTest {
  private static final double TOLERANCE = 2e-5;

  @TempDir Path folder;

  private final Clip clip = TinyClip.load();

  @AfterEach
  void close() {
    clip.close();
  }

  // ---- the plain encoder

  private static Tensor weight(Clip clip, String name) {
    return Objects.requireNonNull(clip.stored().get(name), name).tensor();
  }

  private static Tensor linear(Clip clip, Tensor x, String name) {
    return x.matmul(weight(clip, name + ".weight").transpose(0, 1))
        .plus(weight(clip, name + ".bias"));
  }

  private static Tensor norm(Clip clip, Tensor x, String name) {
    return Functions.layerNorm(
        x,
        weight(clip, name + ".weight"),
        weight(clip, name + ".bias"),
        clip.config().text().epsilon());
  }

  private static Tensor activated(Clip clip, Tensor x) {
    return clip.config().text().activation() == Activation.GELU
        ? Functions.gelu(x)
        : x.dividedBy(x.times(-1.702).exp().plus(1));
  }

  /** Returns the context vectors and the token embeddings, (C, context length, W). */
  private static Tensor embedded(Clip clip, PromptText text, Tensor context) {
    long width = clip.config().textWidth();
    Tensor table =
        Tensor.concat(
            List.of(context.reshape(-1, width), weight(clip, "token_embedding.weight")), 0);
    long vectors = context.count() / width;
    int length = clip.config().contextLength();
    long[] rows = new long[text.classes() * length];
    for (int c = 0; c < text.classes(); c++) {
      PromptText.ClassText row = text.texts().get(c);
      for (int i = 0; i < length; i++) {
        int vector = i <= row.end() ? row.vectors().get(i) : -1;
        int token = i <= row.end() ? row.tokens().get(i) : 0; // 0 after the end, as published
        int own = text.classSpecific() ? c * text.contextTokens() : 0;
        rows[c * length + i] = vector >= 0 ? own + vector : vectors + token;
      }
    }
    return table
        .indexSelect(0, Tensor.of(rows, rows.length))
        .reshape(text.classes(), length, width);
  }

  /**
   * Deep prompts at positions 1 to P in front of some consecutive blocks.
   *
   * @param kind the kind of deep prompts
   * @param block the first block
   * @param values the prompts of each block, (C, P, W), or (P, W) if all classes share them
   */
  private record DeepRows(DeepTextPrompts kind, int block, List<Tensor> values) {
    static DeepRows ofClasses(int block, Tensor values) {
      return new DeepRows(
          new DeepTextPrompts.OfClasses(block, (int) values.size(1)), block, List.of(values));
    }

    static DeepRows shared(int block, boolean inserted, List<Tensor> values) {
      int count = (int) values.get(0).size(0);
      return new DeepRows(
          new DeepTextPrompts.Shared(block, values.size(), count, inserted), block, values);
    }

    boolean inserts() {
      return kind instanceof DeepTextPrompts.Shared shared && shared.inserted();
    }

    Tensor before(Tensor x, int at) { // (C, length, W)
      if (at < block || at >= block + values.size()) {
        return x;
      }
      Tensor own = values.get(at - block);
      if (own.rank() == 2) {
        own = own.unsqueeze(0).expand(x.size(0), own.size(0), own.size(1));
      }
      long from = inserts() && at == block ? 1 : 1 + own.size(1);
      return Tensor.concat(List.of(x.narrow(1, 0, 1), own, x.narrow(1, from, x.size(1) - from)), 1);
    }

    /** Returns the number of inserted positions. */
    int more() {
      return inserts() ? (int) values.get(0).size(0) : 0;
    }
  }

  private static Tensor mask(Clip clip, int length) {
    float[] future = new float[length * length];
    for (int i = 0; i < length && clip.config().text().form().isCausal(); i++) {
      java.util.Arrays.fill(future, i * length + i + 1, (i + 1) * length, -1e30f);
    }
    return Tensor.of(future, length, length);
  }

  private static Tensor plain(
      Clip clip, PromptText text, Tensor context, @Nullable DeepRows prompts) {
    int classes = text.classes();
    int width = clip.config().textWidth();
    int heads = clip.config().textHeads();
    Tensor x = embedded(clip, text, context).plus(weight(clip, "positional_embedding"));
    for (int i = 0; i < clip.config().textLayers(); i++) {
      x = prompts == null ? x : prompts.before(x, i);
      int length = (int) x.size(1);
      Tensor mask = mask(clip, length);
      String block = "transformer.resblocks." + i + ".";
      Tensor in =
          norm(clip, x, block + "ln_1")
              .matmul(weight(clip, block + "attn.in_proj_weight").transpose(0, 1))
              .plus(weight(clip, block + "attn.in_proj_bias"));
      List<Tensor> parts = new ArrayList<>();
      for (int p = 0; p < 3; p++) {
        parts.add(
            in.narrow(2, (long) p * width, width)
                .reshape(classes, length, heads, width / heads)
                .transpose(1, 2));
      }
      Tensor scores =
          parts
              .get(0)
              .matmul(parts.get(1).transpose(-2, -1))
              .times(1 / Math.sqrt((double) width / heads))
              .plus(mask);
      Tensor attended =
          Functions.softmax(scores, -1)
              .matmul(parts.get(2))
              .transpose(1, 2)
              .reshape(classes, length, width);
      x = x.plus(linear(clip, attended, block + "attn.out_proj"));
      Tensor hidden =
          activated(clip, linear(clip, norm(clip, x, block + "ln_2"), block + "mlp.c_fc"));
      x = x.plus(linear(clip, hidden, block + "mlp.c_proj"));
    }
    List<Tensor> ends = new ArrayList<>();
    for (int c = 0; c < classes; c++) {
      int more = prompts == null ? 0 : prompts.more();
      ends.add(x.select(0, c).select(0, text.texts().get(c).end() + more));
    }
    return norm(clip, Tensor.stack(ends, 0), "ln_final")
        .matmul(weight(clip, "text_projection"))
        .unitRows();
  }

  // ---- comparison

  private record Setting(int tokens, ClassTokenPosition position, boolean classSpecific) {}

  static List<Setting> settings() {
    List<Setting> settings = new ArrayList<>();
    for (ClassTokenPosition position : ClassTokenPosition.values()) {
      for (int tokens : new int[] {1, 5, 32}) {
        settings.add(new Setting(tokens, position, false));
        settings.add(new Setting(tokens, position, true));
      }
    }
    return settings;
  }

  /** Returns names of 1 to 60 tokens. Two of them begin with the same tokens. */
  private static List<String> names() {
    return List.of(
        "x",
        "golden retriever",
        "golden gate",
        "U.S.",
        String.join(" ", Collections.nCopies(30, "a")),
        String.join(" ", Collections.nCopies(60, "x")));
  }

  private static void compare(Clip clip, PromptText text, Tensor context) {
    compare(clip, text, context, null);
  }

  private static void compare(
      Clip clip, PromptText text, Tensor context, @Nullable DeepRows prompts) {
    Tensor slow = plain(clip, text, context, prompts);
    Tensor direction = TinyClip.normal(8, 1, slow.shape());
    List<Tensor> inputs = new ArrayList<>();
    if (text.contextTokens() > 0) {
      inputs.add(context);
    }
    if (prompts != null) {
      inputs.addAll(prompts.values());
    }
    List<Tensor> slowGradients = Autograd.gradients(slow.times(direction).sum(), inputs, false);
    DeepTextPrompts own = prompts == null ? null : prompts.kind();
    // Compute one or two parts and keep their activations, then many parts that are recomputed.
    for (int rowsAtATime : new int[] {1_000_000, 1}) {
      try (TextFeatures features = new TextFeatures(clip, text, own, rowsAtATime, rowsAtATime)) {
        assertThat(relative(features.all(inputs).unitRows(), slow)).isLessThan(TOLERANCE);
        TextFeatures.Pass pass = features.pass(inputs);
        Tensor raw = pass.output().parameter();
        assertThat(relative(raw.unitRows(), slow)).isLessThan(TOLERANCE);
        List<Tensor> byRaw =
            Autograd.gradients(List.of(raw.unitRows()), List.of(direction), List.of(raw), false);
        List<Tensor> gradients = pass.gradients(byRaw).get(0);
        for (int i = 0; i < inputs.size(); i++) {
          assertThat(relative(gradients.get(i), slowGradients.get(i))).isLessThan(TOLERANCE);
        }
      }
    }
  }

  private static double relative(Tensor actual, Tensor expected) {
    float[] a = actual.toFloats();
    float[] b = expected.toFloats();
    assertThat(a).hasSameSizeAs(b);
    double error = 0;
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      error = Math.max(error, Math.abs(a[i] - b[i]));
      largest = Math.max(largest, Math.abs(b[i]));
    }
    assertThat(largest).isGreaterThan(1e-3);
    return error / largest;
  }

  private static Tensor context(Clip clip, Setting setting, int classes) {
    long width = clip.config().textWidth();
    return (setting.classSpecific()
            ? TinyClip.normal(3, 0.3, classes, setting.tokens(), width)
            : TinyClip.normal(3, 0.3, setting.tokens(), width))
        .parameter();
  }

  private static PromptText text(Clip clip, Setting setting, List<String> names) {
    return PromptText.learned(
        clip,
        names,
        new ContextSettings(setting.tokens(), "", setting.position(), setting.classSpecific()));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void packedEqualsPlain(Setting setting) {
    try (Scope scope = Scope.open("test")) {
      compare(clip, text(clip, setting, names()), context(clip, setting, names().size()));
    }
  }

  @Test
  void packedEqualsPlainForOneClassAndForEqualLengths() {
    for (List<String> names : List.of(List.of("cat"), List.of("x", "a"), List.of("x", "x"))) {
      for (Setting setting : settings()) {
        try (Scope scope = Scope.open("test")) {
          compare(clip, text(clip, setting, names), context(clip, setting, names.size()));
        }
      }
    }
  }

  @Test
  void packedEqualsPlainWithSurplusWordsAndGelu() {
    Clip.Options options = new Clip.Options(DType.FLOAT32, Device.CPU, null, Activation.GELU);
    try (Clip gelu = Clip.load(TinyClip.folder(), options);
        Clip smallest = TinyClip.smallest();
        Scope scope = Scope.open("test")) {
      for (Clip model : List.of(gelu, clip, smallest)) {
        PromptText text =
            PromptText.learned(
                model,
                List.of("cat", "golden retriever"),
                ContextSettings.shared(9, "a type of pet, a photo of a"));
        compare(model, text, TinyClip.normal(3, 0.3, 9, model.config().textWidth()).parameter());
      }
    }
  }

  /** Deep prompts replace some vectors, all vectors, or vectors and tokens of the name. */
  @Test
  void packedEqualsPlainWithDeepPromptsOfClasses() {
    RandomClip.write(folder, NOT_CAUSAL, 1);
    try (Clip whole = Clip.load(folder);
        Clip smallest = TinyClip.smallest();
        Scope scope = Scope.open("test")) {
      for (Clip model : List.of(clip, whole, smallest)) {
        List<String> names = List.of("x", "golden retriever", "golden gate");
        PromptText text = PromptText.patterned(model, names, "X X X my {}, a", 3);
        long width = model.config().textWidth();
        for (int block = 0; block < model.config().textLayers(); block++) {
          // In front of the first block, prompts do not replace all vectors. Otherwise the vectors
          // would have no gradient.
          for (int count : block == 0 ? new int[] {1, 2} : new int[] {1, 3, 6}) {
            Tensor context = TinyClip.normal(3, 0.3, 3, width).parameter();
            Tensor prompts = TinyClip.normal(4, 0.3, names.size(), count, width).parameter();
            compare(model, text, context, DeepRows.ofClasses(block, prompts));
          }
        }
      }
    }
  }

  @Test
  void deepPromptsThatAllClassesShareComeInFrontOfBlocks() {
    try (Clip deep = TinyClip.deep();
        Scope scope = Scope.open("shared prompts")) {
      int width = deep.config().textWidth();
      Tensor context = TinyClip.normal(3, 0.3, 4, width).parameter();
      PromptText learned = PromptText.patterned(deep, NAMES, "a photo of a big {}.", 4);
      PromptText fixed = PromptText.handCrafted(deep, NAMES, "a photo of a {}.");
      for (int first = 1; first < 3; first++) {
        for (int blocks = 1; first + blocks <= 3; blocks++) {
          List<Tensor> rows = new ArrayList<>();
          for (int i = 0; i < blocks; i++) {
            rows.add(TinyClip.normal(30 + i, 0.3, 4, width).parameter());
          }
          compare(deep, learned, context, DeepRows.shared(first, false, rows));
          compare(deep, learned, context, DeepRows.shared(first, true, rows));
          compare(deep, fixed, Tensor.full(0, 0, width), DeepRows.shared(first, true, rows));
        }
      }
    }
  }

  private static final List<String> NAMES = List.of("x", "golden retriever", "golden gate");

  private static final ClipConfig NOT_CAUSAL =
      new ClipConfig(
          12,
          8,
          3,
          new ClipConfig.Text(
              20, 700, 32, 2, 2, Activation.QUICK_GELU, 1e-2, ClipConfig.TextForm.WHOLE),
          new ClipConfig.Vit(16, 1, 4, 1));

  @Test
  void aModelThatIsNotCausalReadsTheWholeText() {
    RandomClip.write(folder, NOT_CAUSAL, 1);
    try (Clip whole = Clip.load(folder);
        Scope scope = Scope.open("test")) {
      assertThat(whole.config()).isEqualTo(NOT_CAUSAL);
      List<String> names = List.of("x", "golden retriever", "a");
      for (Setting setting : settings()) {
        if (setting.tokens() == 5) {
          compare(whole, text(whole, setting, names), context(whole, setting, names.size()));
        }
      }
    }
  }

  @Test
  void manyTextsAreComputedInPartsThatGiveTheSame() {
    // A text has about 10 rows, so three parts of 8,192 rows are needed.
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 1_800; i++) {
      texts.add("x ".repeat(1 + i % 8) + (i % 10));
    }
    try (Scope scope = Scope.open("test")) {
      float[] all = TextFeatures.ofTexts(clip, texts).toFloats();
      for (int i : new int[] {0, 818, 819, 820, 1_799}) {
        float[] one = TextFeatures.ofTexts(clip, List.of(texts.get(i))).toFloats();
        for (int e = 0; e < 12; e++) {
          assertThat(all[12 * i + e]).isCloseTo(one[e], org.assertj.core.data.Offset.offset(2e-5f));
        }
      }
    }
  }
}
