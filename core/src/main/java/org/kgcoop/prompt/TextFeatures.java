package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Additions;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.clip.TextEncoder;
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
  private final @Nullable States states;
  private final boolean hasContext;
  private final int kept; // first parts whose activations are kept for the way back
  private final List<Part> parts = new ArrayList<>();

  /** States from outside in front of blocks of the tower, behind the start of text. */
  public sealed interface States permits ClassStates, SharedStates {}

  /**
   * States that every class has of its own from a block on.
   *
   * @param block before which they come, counted from 0
   * @param count P: they stand at positions 1 to P
   */
  public record ClassStates(int block, int count) implements States {}

  /**
   * States that all classes share, other ones in front of each of some blocks.
   *
   * @param blocks these blocks, counted from 0, ascending
   * @param count n: they stand at positions 1 to n
   * @param inserted true if at the first block they come between the start of text and what
   *     follows, rather than in the place of that
   */
  public record SharedStates(List<Integer> blocks, int count, boolean inserted) implements States {
    public SharedStates {
      blocks = List.copyOf(blocks);
    }

    /** In front of that many blocks from the first on. */
    public SharedStates(int first, int blocks, int count, boolean inserted) {
      this(IntStream.range(first, first + blocks).boxed().toList(), count, inserted);
    }
  }

  /** Terms beside the projections of the text tower. */
  @FunctionalInterface
  public interface Adapter {
    /** No term anywhere. */
    Adapter NONE = (inputs, from, layout) -> block -> Additions.NONE;

    /**
     * The terms of each block, counted from 0, for a part of the classes.
     *
     * @param inputs of the pass, which gradients are taken for
     * @param from the first class of the part
     * @param layout of the part
     */
    IntFunction<Additions> of(List<Tensor> inputs, int from, PackedTexts layout);
  }

  /**
   * Some of the classes.
   *
   * @param from the first
   * @param fixed (distinct fixed tokens, W)
   * @param gather (N), into the rows of [context; fixed]
   * @param inside the rows from a block on, for each block that states come in front of
   */
  private record Part(
      int from, PackedTexts layout, Tensor fixed, Tensor gather, List<Inside> inside) {
    void close() {
      layout.close();
      fixed.close();
      gather.close();
      inside.stream().map(Inside::layout).distinct().forEach(PackedTexts::close);
      inside.stream().map(Inside::gather).distinct().forEach(Tensor::close);
    }
  }

  /** The rows from a block on, as {@link TextEncoder.Change} has them. */
  private record Inside(PackedTexts layout, Tensor gather) {}

  /** The features of those texts, whose fixed tokens are gathered here. */
  public TextFeatures(Clip clip, PromptText text) {
    this(clip, text, null);
  }

  /**
   * The features of texts with states from outside.
   *
   * @param states null where there are none
   */
  public TextFeatures(Clip clip, PromptText text, @Nullable States states) {
    this(clip, text, states, ROWS_KEPT, ROWS_OF_A_PART);
  }

  /** For tests, which divide few classes too. */
  TextFeatures(Clip clip, PromptText text, @Nullable States states, int rowsKept, int rowsOfAPart) {
    this.clip = clip;
    this.states = states;
    hasContext = text.contextTokens() > 0;
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

  /** Rows of a class after what it shares with the others, on the average of all blocks. */
  private int own(PromptText text, int c) {
    int shared = shared(text);
    int own = last(text.rows().get(c)) + 1 - shared;
    if (shared == 0 || !(states instanceof ClassStates ofClasses)) {
      return own;
    }
    int blocks = clip.config().textLayers();
    return own + ceilDiv((shared - 1) * (blocks - ofClasses.block()), blocks);
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
          gather(rows),
          inside(own, shared, layout.rows()));
    }
  }

  private List<Inside> inside(List<PromptText.Row> texts, int shared, int rows) {
    if (states instanceof ClassStates ofClasses) {
      return List.of(ofClasses(texts, shared, rows, ofClasses.count()));
    }
    if (states instanceof SharedStates ofAll) {
      return ofAll(texts, shared, rows, ofAll);
    }
    return List.of();
  }

  /** The rows of a part in front of each block that all classes share states at. */
  private List<Inside> ofAll(List<PromptText.Row> texts, int shared, int rows, SharedStates ofAll) {
    int count = ofAll.count();
    if (shared <= (ofAll.inserted() ? 0 : count)) {
      throw new IllegalArgumentException(
          "texts share " + shared + " positions, too few for " + count + " states behind a start");
    }
    int more = ofAll.inserted() ? count : 0;
    int[] ends = texts.stream().mapToInt(row -> row.end() + more).toArray();
    PackedTexts layout = clip.textEncoder().layoutInside(shared + more, ends);
    Inside exchanged = new Inside(layout, gather(layout.rows(), 0, count));
    List<Inside> inside = new ArrayList<>(Collections.nCopies(ofAll.blocks().size(), exchanged));
    if (more > 0) {
      inside.set(0, new Inside(layout, gather(rows, more, count)));
    }
    return inside;
  }

  /**
   * The start of text, then n states that lie behind all rows, then the rows after the start, or
   * those after what the states take the place of.
   *
   * @param inserted how many rows come in addition
   */
  private Tensor gather(int rows, int inserted, int count) {
    long[] gather = new long[rows + inserted];
    for (int i = 1; i < gather.length; i++) {
      gather[i] = i <= count ? rows + i - 1 : i - inserted;
    }
    return gather(gather);
  }

  private Tensor gather(long[] rows) {
    return Tensor.of(rows, rows.length).to(clip.device()).keep();
  }

  /**
   * The rows of a part once classes have states of their own: nothing but the start of text is
   * shared then.
   *
   * @param shared how many positions were until then
   * @param rows how many there were
   * @param count P
   */
  private Inside ofClasses(List<PromptText.Row> texts, int shared, int rows, int count) {
    int[] ends = texts.stream().mapToInt(PromptText.Row::end).toArray();
    PackedTexts layout = clip.textEncoder().layout(1, ends);
    long[] gather = new long[layout.rows()];
    int next = 0;
    int first = shared; // the row of the class's first position that was not shared
    for (int c = 0; c < texts.size(); c++) {
      int last = last(texts.get(c));
      for (int i = c == 0 ? 0 : layout.sharedLength(); i <= last; i++) {
        boolean replaced = i >= 1 && i <= count;
        int before = i < shared ? i : first + i - shared;
        gather[next++] = replaced ? rows + c * count + i - 1 : before;
      }
      first += last + 1 - shared;
    }
    return new Inside(layout, gather(gather));
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

  /** The features of fixed texts as the tower makes them: (C, E). */
  static Tensor withoutGradients(Clip clip, PromptText text) {
    try (TextFeatures features = new TextFeatures(clip, text)) {
      return features.all(List.of());
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
    return all(List.of(context)).unitRows();
  }

  /**
   * Class features before they are brought to unit length, without gradients.
   *
   * @param inputs as for {@link #pass}
   * @return (C, E)
   */
  public Tensor all(List<Tensor> inputs) {
    return all(inputs, Adapter.NONE);
  }

  /** The same with terms beside projections. */
  public Tensor all(List<Tensor> inputs, Adapter adapter) {
    try (Autograd.Switch off = Autograd.off()) {
      return joined(Workers.map(parts.size(), i -> List.of(ofPart(inputs, parts.get(i), adapter))));
    }
  }

  /**
   * Class features and, when asked for, their gradients by what they are made of.
   *
   * @param inputs the context, where there is one, (M, W) or, class-specific, (C, M, W); then
   *     states from outside: those of classes, (C, P, W), or for each block those that all share,
   *     (n, W)
   */
  public Pass pass(List<Tensor> inputs) {
    return pass(inputs, Adapter.NONE);
  }

  /** The same with terms beside projections, made of the inputs; equal ones each time. */
  public Pass pass(List<Tensor> inputs, Adapter adapter) {
    return new Pass(inputs, adapter);
  }

  /**
   * A pass forward that can be gone through backward. Its first half ends in the class features,
   * because a loss needs those of all classes; the second begins with the gradients by them.
   *
   * <p>Activations are kept for up to {@value #ROWS_KEPT} rows. Parts beyond are computed again
   * before their gradients, so that memory does not grow with the number of classes.
   */
  public final class Pass {
    private final List<Tensor> inputs;
    private final Adapter adapter;
    private final Tensor features;
    private final List<Tensor> recorded; // of each part; of those computed again without history

    private Pass(List<Tensor> given, Adapter adapter) {
      this.adapter = adapter;
      inputs = given.stream().map(input -> input.detach().parameter()).toList();
      recorded = flat(Workers.map(parts.size(), i -> List.of(first(parts.get(i), i < kept))));
      try (Autograd.Switch off = Autograd.off()) {
        features = Tensor.concat(recorded, 0);
      }
    }

    private Tensor first(Part part, boolean keep) {
      if (keep) {
        return ofPart(inputs, part, adapter);
      }
      try (Autograd.Switch off = Autograd.off()) {
        return ofPart(inputs, part, adapter);
      }
    }

    /** (C, E), before they are brought to unit length, of no history. */
    public Tensor features() {
      return features;
    }

    /**
     * The gradients of losses by the inputs.
     *
     * @param byFeatures of each loss by {@link #features}, (C, E)
     * @return for each loss a tensor of the shape of each input
     */
    public List<List<Tensor>> gradients(List<Tensor> byFeatures) {
      List<List<Tensor>> ofParts = // each all losses' behind each other
          Workers.map(
              parts.size(),
              i -> {
                Part classes = parts.get(i);
                Tensor part = i < kept ? recorded.get(i) : ofPart(inputs, classes, adapter);
                List<Tensor> gradients = new ArrayList<>();
                for (int loss = 0; loss < byFeatures.size(); loss++) {
                  Tensor cotangent =
                      byFeatures.get(loss).narrow(0, classes.from(), classes.layout().texts());
                  boolean again = loss < byFeatures.size() - 1;
                  gradients.addAll(Autograd.gradients(part, cotangent, inputs, again));
                }
                return gradients;
              });
      List<List<Tensor>> sums = new ArrayList<>();
      for (int loss = 0; loss < byFeatures.size(); loss++) {
        List<Tensor> ofLoss = new ArrayList<>();
        for (int input = 0; input < inputs.size(); input++) {
          int place = loss * inputs.size() + input;
          // In the order of the parts, so that the sum is the same each time.
          Tensor sum = ofParts.get(0).get(place);
          for (List<Tensor> gradients : ofParts.subList(1, ofParts.size())) {
            sum = sum.plus(gradients.get(place));
          }
          ofLoss.add(sum);
        }
        sums.add(ofLoss);
      }
      return sums;
    }
  }

  private Tensor ofPart(List<Tensor> inputs, Part part, Adapter adapter) {
    long width = part.fixed().size(1);
    Tensor table =
        hasContext
            ? Tensor.concat(List.of(inputs.get(0).reshape(-1, width), part.fixed()), 0)
            : part.fixed();
    Tensor embedded = table.indexSelect(0, part.gather());
    List<Tensor> given = inputs.subList(hasContext ? 1 : 0, inputs.size());
    return clip.textEncoder()
        .features(
            embedded,
            part.layout(),
            changes(given, part),
            adapter.of(inputs, part.from(), part.layout()));
  }

  private List<TextEncoder.Change> changes(List<Tensor> given, Part part) {
    List<TextEncoder.Change> changes = new ArrayList<>();
    for (int i = 0; i < part.inside().size(); i++) {
      Tensor rows = given.get(i);
      int block;
      if (states instanceof ClassStates ofClasses) {
        rows = rows.narrow(0, part.from(), part.layout().texts()); // (.., P, W)
        rows = rows.reshape(-1, rows.size(2));
        block = ofClasses.block();
      } else {
        block = ((SharedStates) Objects.requireNonNull(states)).blocks().get(i);
      }
      Inside inside = part.inside().get(i);
      changes.add(new TextEncoder.Change(block, rows, inside.layout(), inside.gather()));
    }
    return changes;
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
