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
import org.kgcoop.clip.TextEncoder;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Division of the classes into parts for parallel workers, with the tokens of the text encoder for
 * each part. The division depends only on the texts and the model.
 */
final class TextParts {
  /** Minimum number of multiply-adds per pass of a part: about 5 ms on one core. */
  private static final double LEAST_WORK = 0.5e9;

  private final Clip clip;
  private final PromptText text;
  private final @Nullable DeepTextPrompts deep;
  private final List<ClassChunk> parts = new ArrayList<>();
  private final List<Integer> rowsUpTo = new ArrayList<>(); // tokens, with those of each part

  /**
   * Consecutive classes whose texts are encoded in one pass.
   *
   * @param from the first class
   * @param layout the layout of the packed texts
   * @param fixed the embeddings of the fixed tokens, (distinct tokens, W)
   * @param gather the indices into the rows of [context; fixed], (N)
   * @param deep the positions of deep prompts
   */
  record ClassChunk(
      int from,
      PackedTexts layout,
      Tensor fixed,
      Tensor gather,
      List<TextEncoder.DeepLayout> deep) {
    void close() {
      layout.close();
      fixed.close();
      gather.close();
      deep.stream().map(TextEncoder.DeepLayout::layout).distinct().forEach(PackedTexts::close);
      deep.stream().map(TextEncoder.DeepLayout::gather).distinct().forEach(Tensor::close);
    }
  }

  /**
   * Divides texts into parts.
   *
   * @param deep the deep prompts, or null for none
   * @param rowsPerChunk the maximum number of tokens per part, if there are more than two parts
   */
  TextParts(Clip clip, PromptText text, @Nullable DeepTextPrompts deep, int rowsPerChunk) {
    this.clip = clip;
    this.text = text;
    this.deep = deep;
    int[] own = IntStream.range(0, text.classes()).map(this::own).toArray();
    int all = Arrays.stream(own).sum();
    int count = count(clip, all, rowsPerChunk);
    int from = 0;
    int rows = 0; // number of tokens of the classes before `to`
    for (int to = 0; to < own.length; to++) {
      rows += own[to];
      boolean full = (long) rows * count >= (long) all * (parts.size() + 1);
      if (full || to == own.length - 1) {
        parts.add(part(from, to + 1));
        rowsUpTo.add(rows);
        from = to + 1;
      }
    }
  }

  /** Returns all parts. The caller closes them. */
  List<ClassChunk> parts() {
    return List.copyOf(parts);
  }

  /**
   * Returns how many parts, counted from the first, have at most the given number of tokens in
   * total.
   */
  int within(int rows) {
    return Math.toIntExact(rowsUpTo.stream().filter(upTo -> upTo <= rows).count());
  }

  /**
   * Returns the number of parts: 1 or an even number, because most machines have an even number of
   * cores.
   */
  private static int count(Clip clip, int rows, int rowsPerChunk) {
    ClipConfig config = clip.config();
    double work = 12.0 * config.textWidth() * config.textWidth() * config.textLayers() * rows;
    int leastParts = ceilDiv(rows, rowsPerChunk);
    // An accelerator has one queue, so a division of its work only saves memory.
    if (!clip.device().isCpu() || (leastParts == 1 && work < 2 * LEAST_WORK)) {
      return leastParts;
    }
    return 2 * Math.max(1, ceilDiv(leastParts, 2));
  }

  /** Returns the length of the prefix that is encoded only once. */
  private int shared() {
    return clip.config().text().form().isCausal() ? text.sharedLength() : 0;
  }

  /** Returns the last position of a class that another position attends to. */
  private int last(PromptText.ClassText row) {
    return clip.config().text().form().endsAtEndOfText()
        ? row.end()
        : clip.config().contextLength() - 1;
  }

  /** Returns the number of tokens of a class after the shared prefix, averaged over all blocks. */
  private int own(int c) {
    int shared = shared();
    int own = last(text.texts().get(c)) + 1 - shared;
    if (shared == 0 || !(deep instanceof DeepTextPrompts.OfClasses classPrompts)) {
      return own;
    }
    int blocks = clip.config().textLayers();
    return own + ceilDiv((shared - 1) * (blocks - classPrompts.block()), blocks);
  }

  private ClassChunk part(int from, int to) {
    int contextRows = text.contextTokens() * (text.classSpecific() ? text.classes() : 1);
    int shared = shared();
    List<PromptText.ClassText> own = text.texts().subList(from, to);
    PackedTexts layout =
        clip.textEncoder()
            .layout(shared, own.stream().map(PromptText.ClassText::fixedTokens).toList());
    int padding = clip.tokenizer().padding();
    Map<Integer, Integer> rowOfToken = new LinkedHashMap<>();
    int[] rows = new int[layout.rows()];
    int next = 0;
    for (int c = from; c < to; c++) {
      PromptText.ClassText row = text.texts().get(c);
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
      return new ClassChunk(
          from,
          layout,
          clip.textEncoder().embed(tokens).keep(),
          gather(rows),
          deep(own, shared, layout.rows()));
    }
  }

  private List<TextEncoder.DeepLayout> deep(
      List<PromptText.ClassText> texts, int shared, int rows) {
    if (deep instanceof DeepTextPrompts.OfClasses classPrompts) {
      return List.of(classPrompts(texts, shared, rows, classPrompts));
    }
    if (deep instanceof DeepTextPrompts.Shared sharedPrompts) {
      return sharedPrompts(texts, shared, rows, sharedPrompts);
    }
    return List.of();
  }

  /** Returns the positions of shared deep prompts in a part. */
  private List<TextEncoder.DeepLayout> sharedPrompts(
      List<PromptText.ClassText> texts,
      int shared,
      int rows,
      DeepTextPrompts.Shared sharedPrompts) {
    int count = sharedPrompts.count();
    if (shared <= (sharedPrompts.inserted() ? 0 : count)) {
      throw new IllegalArgumentException(
          "texts share %s positions, too few for %s deep prompts behind a start"
              .formatted(shared, count));
    }
    int more = sharedPrompts.inserted() ? count : 0;
    int[] ends = texts.stream().mapToInt(row -> row.end() + more).toArray();
    PackedTexts layout = clip.textEncoder().deepLayout(shared + more, ends);
    Tensor exchanged = gather(layout.rows(), 0, count);
    Tensor first = more > 0 ? gather(rows, more, count) : exchanged;
    List<TextEncoder.DeepLayout> places = new ArrayList<>();
    for (int block : sharedPrompts.blocks()) {
      places.add(new TextEncoder.DeepLayout(block, layout, places.isEmpty() ? first : exchanged));
    }
    return places;
  }

  /**
   * Returns the indices that arrange the start of text, then n deep prompts, then the following
   * tokens. The deep prompts are stored after all tokens. If they replace tokens, the replaced
   * tokens are omitted.
   *
   * @param inserted the number of additional tokens
   */
  private Tensor gather(int rows, int inserted, int count) {
    int[] gather = new int[rows + inserted];
    for (int i = 1; i < gather.length; i++) {
      gather[i] = i <= count ? rows + i - 1 : i - inserted;
    }
    return gather(gather);
  }

  private Tensor gather(int[] rows) {
    return Tensor.indices(rows).to(clip.device()).keep();
  }

  /**
   * Returns the layout of a part for the blocks with separate deep prompts per class. From the
   * first of these blocks on, the classes share only the start of text.
   *
   * @param shared the length of the shared prefix in the previous blocks
   * @param rows the number of tokens in the previous blocks
   */
  private TextEncoder.DeepLayout classPrompts(
      List<PromptText.ClassText> texts, int shared, int rows, DeepTextPrompts.OfClasses own) {
    int count = own.count();
    PackedTexts layout =
        clip.textEncoder()
            .layout(1, texts.stream().map(PromptText.ClassText::fixedTokens).toList());
    int[] gather = new int[layout.rows()];
    int next = 0;
    int first = shared; // index of the first token of the class that was not shared
    for (int c = 0; c < texts.size(); c++) {
      int last = last(texts.get(c));
      for (int i = c == 0 ? 0 : layout.sharedLength(); i <= last; i++) {
        boolean replaced = i >= 1 && i <= count;
        int before = i < shared ? i : first + i - shared;
        gather[next++] = replaced ? rows + c * count + i - 1 : before;
      }
      first += last + 1 - shared;
    }
    return new TextEncoder.DeepLayout(own.block(), layout, gather(gather));
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
