package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * Class features from prompt texts. The embeddings of the fixed tokens are gathered once; a call
 * puts them and the context in the order of the packed rows, and runs the text tower. The classes
 * are divided into parts for the workers. Which parts follows from the texts and the model alone,
 * so that the features do not depend on how many workers there are.
 */
public final class TextFeatures implements AutoCloseable {
  /**
   * Rows of the text tower whose activations are kept for the way back: 50 texts of a SigLIP. At
   * the width of ViT-B/16 they take about 1.3 GiB.
   */
  private static final int ROWS_KEPT = 3200;

  /** Rows of a part at most, where there are more than two parts. */
  private static final int ROWS_OF_A_PART = 320;

  /** Multiply-adds of a pass that are worth a part of their own: some 5 ms of a core. */
  private static final double LEAST_WORK = 0.5e9;

  private final Clip clip;
  private final int kept; // first parts whose activations are kept for the way back
  private final List<Part> parts = new ArrayList<>();

  /**
   * Some of the classes.
   *
   * @param from the first
   * @param fixed (distinct fixed tokens, W)
   * @param gather (N), into the rows of [context; fixed]
   */
  private record Part(int from, PackedTexts layout, Tensor fixed, Tensor gather) {
    void close() {
      layout.close();
      fixed.close();
      gather.close();
    }
  }

  /** The features of those texts, whose fixed tokens are gathered here. */
  public TextFeatures(Clip clip, PromptText text) {
    this(clip, text, ROWS_KEPT, ROWS_OF_A_PART);
  }

  /** For tests, which divide few classes too. */
  TextFeatures(Clip clip, PromptText text, int rowsKept, int rowsOfAPart) {
    this.clip = clip;
    int[] own = IntStream.range(0, text.classes()).map(c -> own(text, c)).toArray();
    int all = Arrays.stream(own).sum();
    int count = parts(clip, all, rowsOfAPart);
    int from = 0;
    int rows = 0; // of classes before `to`
    int keep = 0;
    for (int to = 0; to < own.length; to++) {
      rows += own[to];
      boolean full = (long) rows * count >= (long) all * (parts.size() + 1);
      if (full || to == own.length - 1) {
        parts.add(part(text, from, to + 1));
        keep += rows <= rowsKept ? 1 : 0;
        from = to + 1;
      }
    }
    kept = keep;
  }

  /** The number of parts: 1 or even, since most machines have an even number of cores. */
  private static int parts(Clip clip, int rows, int rowsOfAPart) {
    ClipConfig config = clip.config();
    double work = 12.0 * config.textWidth() * config.textWidth() * config.textLayers() * rows;
    int leastParts = ceilDiv(rows, rowsOfAPart);
    // An accelerator has one queue: dividing its work gains nothing but memory.
    if (!clip.device().isCpu() || (leastParts == 1 && work < 2 * LEAST_WORK)) {
      return leastParts;
    }
    return 2 * Math.max(1, ceilDiv(leastParts, 2));
  }

  /** The number of first positions that go through the tower once. */
  private int shared(PromptText text) {
    return clip.config().form().causal() ? text.sharedLength() : 0;
  }

  /** The last position of a class that another one sees. */
  private int last(PromptText.Row row) {
    return clip.config().form().causal() ? row.end() : clip.config().contextLength() - 1;
  }

  /** Rows of a class after the shared beginning. */
  private int own(PromptText text, int c) {
    return last(text.rows().get(c)) + 1 - shared(text);
  }

  private Part part(PromptText text, int from, int to) {
    int contextRows = text.contextTokens() * (text.classSpecific() ? text.classes() : 1);
    int shared = shared(text);
    List<PromptText.Row> own = text.rows().subList(from, to);
    PackedTexts layout =
        clip.textEncoder().layout(shared, own.stream().mapToInt(PromptText.Row::end).toArray());
    int padding = clip.tokenizer().padding();
    Map<Integer, Integer> rowOfToken = new LinkedHashMap<>();
    long[] rows = new long[layout.rows()];
    int next = 0;
    for (int c = from; c < to; c++) {
      PromptText.Row row = text.rows().get(c);
      for (int i = c == from ? 0 : shared; i <= last(row); i++) {
        int vector = i <= row.end() ? row.vectors().get(i) : -1;
        int token = i <= row.end() ? row.tokens().get(i) : padding;
        rows[next++] =
            vector >= 0
                ? vector + (text.classSpecific() ? c * text.contextTokens() : 0)
                : contextRows + rowOfToken.computeIfAbsent(token, t -> rowOfToken.size());
      }
    }
    long[] tokens = rowOfToken.keySet().stream().mapToLong(Integer::longValue).toArray();
    try (Scope scope = Scope.open("fixed embeddings")) {
      return new Part(
          from,
          layout,
          clip.textEncoder().embed(tokens).keep(),
          Tensor.of(rows, rows.length).to(clip.device()).keep());
    }
  }

  /**
   * Features of plain texts, before they are brought to unit length.
   *
   * @return (texts, E)
   */
  public static Tensor ofTexts(Clip clip, List<String> texts) {
    return withoutGradients(clip, PromptText.ofTexts(clip, texts));
  }

  /** Unit features of a hand-crafted template: (C, E), no gradients. */
  public static Tensor handCrafted(Clip clip, List<String> classNames, String template) {
    return withoutGradients(clip, PromptText.handCrafted(clip, classNames, template)).unitRows();
  }

  private static Tensor withoutGradients(Clip clip, PromptText text) {
    try (TextFeatures features = new TextFeatures(clip, text)) {
      return features.all(null);
    }
  }

  /** The number of parts into which the classes are divided. */
  int parts() {
    return parts.size();
  }

  /**
   * Unit class features, without gradients.
   *
   * @param context (M, W) or, class-specific, (C, M, W)
   * @return (C, E)
   */
  public Tensor unit(Tensor context) {
    return all(context).unitRows();
  }

  /** The features of all parts, without gradients. */
  private Tensor all(@Nullable Tensor context) {
    try (Autograd.Switch off = Autograd.off()) {
      return joined(Workers.map(parts.size(), i -> List.of(ofPart(context, parts.get(i)))));
    }
  }

  /** Unit class features and, when asked for, their gradients by the context. */
  public Pass pass(Tensor context) {
    return new Pass(context);
  }

  /**
   * A pass forward that can be gone through backward. Its first half ends in the class features,
   * because a loss needs those of all classes; the second begins with the gradients by them.
   *
   * <p>Activations are kept for up to {@value #ROWS_KEPT} rows. Parts beyond are computed again
   * before their gradients, so that memory does not grow with the number of classes.
   */
  public final class Pass {
    private final Tensor context;
    private final Tensor features;
    private final List<Tensor> recorded; // of each part; of those computed again without history

    private Pass(Tensor given) {
      context = given.detach().parameter();
      recorded = flat(Workers.map(parts.size(), i -> List.of(first(i))));
      try (Autograd.Switch off = Autograd.off()) {
        features = Tensor.concat(recorded, 0);
      }
    }

    private Tensor first(int part) {
      if (part < kept) {
        return unitOfPart(part);
      }
      try (Autograd.Switch off = Autograd.off()) {
        return unitOfPart(part);
      }
    }

    private Tensor unitOfPart(int part) {
      return ofPart(context, parts.get(part)).unitRows();
    }

    /** (C, E), of no history. */
    public Tensor features() {
      return features;
    }

    /**
     * The gradients of losses by the context.
     *
     * @param byFeatures of each loss by {@link #features}, (C, E)
     * @return for each loss a tensor of the context's shape
     */
    public List<Tensor> gradients(List<Tensor> byFeatures) {
      List<List<Tensor>> ofParts =
          Workers.map(
              parts.size(),
              i -> {
                Tensor part = i < kept ? recorded.get(i) : unitOfPart(i);
                Part classes = parts.get(i);
                List<Tensor> gradients = new ArrayList<>();
                for (int loss = 0; loss < byFeatures.size(); loss++) {
                  Tensor cotangent =
                      byFeatures.get(loss).narrow(0, classes.from(), classes.layout().texts());
                  boolean again = loss < byFeatures.size() - 1;
                  gradients.add(
                      Autograd.gradients(part, cotangent, List.of(context), again).get(0));
                }
                return gradients;
              });
      List<Tensor> sums = new ArrayList<>();
      for (int loss = 0; loss < byFeatures.size(); loss++) {
        // In the order of the parts, so that the sum is the same each time.
        Tensor sum = ofParts.get(0).get(loss);
        for (List<Tensor> gradients : ofParts.subList(1, ofParts.size())) {
          sum = sum.plus(gradients.get(loss));
        }
        sums.add(sum);
      }
      return sums;
    }
  }

  private Tensor ofPart(@Nullable Tensor context, Part part) {
    Tensor table =
        context == null
            ? part.fixed()
            : Tensor.concat(List.of(context.reshape(-1, part.fixed().size(1)), part.fixed()), 0);
    return clip.textEncoder().features(table.indexSelect(0, part.gather()), part.layout());
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }

  private static Tensor joined(List<List<Tensor>> ofParts) {
    return ofParts.size() == 1 ? ofParts.get(0).get(0) : Tensor.concat(flat(ofParts), 0);
  }

  private static List<Tensor> flat(List<List<Tensor>> ofParts) {
    return ofParts.stream().flatMap(List::stream).toList();
  }

  @Override
  public void close() {
    parts.forEach(Part::close);
  }
}
