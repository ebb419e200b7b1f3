package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Class features from prompt texts: the plain path, every class through every block, cut after the
 * longest end of text.
 *
 * <p>All embeddings of the fixed tokens are gathered once; a call gathers rows of the context and
 * of them into (C, L, W).
 */
public final class TextFeatures implements AutoCloseable {
  /** Rows of the text tower that are computed at a time where no gradient is recorded. */
  private static final int ROWS_AT_A_TIME = 8192;

  private final Clip clip;
  private final PromptText text;
  private final Tensor fixed; // (distinct fixed tokens, W)
  private final long[] gather; // (C, L), into the rows of [context; fixed]

  TextFeatures(Clip clip, PromptText text) {
    this.clip = clip;
    this.text = text;
    int length = text.length();
    int contextRows = text.contextTokens() * (text.classSpecific() ? text.classes() : 1);
    Map<Integer, Integer> rowOfToken = new LinkedHashMap<>();
    gather = new long[text.classes() * length];
    for (int c = 0; c < text.classes(); c++) {
      PromptText.Row row = text.rows().get(c);
      for (int i = 0; i < length; i++) {
        // Positions after the end of text are never read: any row serves.
        int position = Math.min(i, row.end());
        int vector = row.vectors().get(position);
        int token = row.tokens().get(position);
        gather[c * length + i] =
            vector >= 0
                ? vector + (text.classSpecific() ? c * text.contextTokens() : 0)
                : contextRows + rowOfToken.computeIfAbsent(token, t -> rowOfToken.size());
      }
    }
    try (Scope scope = Scope.open("fixed embeddings")) {
      fixed =
          clip.textEncoder()
              .embed(rowOfToken.keySet().stream().mapToLong(Integer::longValue).toArray())
              .keep();
    }
  }

  /**
   * Features of plain texts, before they are brought to unit length.
   *
   * @return (texts, E)
   */
  public static Tensor ofTexts(Clip clip, List<String> texts) {
    try (TextFeatures features = new TextFeatures(clip, PromptText.ofTexts(clip, texts))) {
      return features.raw();
    }
  }

  /** Unit features of a hand-crafted template: (C, E), no gradients. */
  static Tensor handCrafted(Clip clip, List<String> classNames, String template) {
    try (TextFeatures features =
        new TextFeatures(clip, PromptText.handCrafted(clip, classNames, template))) {
      return features.raw().unitRows();
    }
  }

  /**
   * Unit class features.
   *
   * @param context (M, W) or, class-specific, (C, M, W)
   * @return (C, E)
   */
  Tensor unit(Tensor context) {
    return chunked(context, 0, text.classes()).unitRows();
  }

  /** Features of texts without learned vectors, before they are brought to unit length: (C, E). */
  private Tensor raw() {
    int step = Math.max(1, ROWS_AT_A_TIME / Math.max(1, text.length()));
    List<Tensor> parts = new ArrayList<>();
    try (Autograd.Switch off = Autograd.off()) {
      for (int from = 0; from < text.classes(); from += step) {
        try (Scope scope = Scope.open("class features")) {
          parts.add(scope.promote(chunked(null, from, Math.min(step, text.classes() - from))));
        }
      }
      return Tensor.concat(parts, 0);
    }
  }

  private Tensor chunked(@Nullable Tensor context, int from, int count) {
    int length = text.length();
    long width = fixed.size(1);
    long[] rows = Arrays.copyOfRange(gather, from * length, (from + count) * length);
    Tensor table =
        context == null ? fixed : Tensor.concat(List.of(context.reshape(-1, width), fixed), 0);
    Tensor embedded = // (count, L, W)
        table.indexSelect(0, Tensor.of(rows, rows.length)).reshape(count, length, width);
    long[] ends =
        text.rows().subList(from, from + count).stream().mapToLong(PromptText.Row::end).toArray();
    return clip.textEncoder().features(embedded, ends);
  }

  @Override
  public void close() {
    fixed.close();
  }
}
