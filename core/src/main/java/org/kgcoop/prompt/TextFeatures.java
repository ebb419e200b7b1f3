package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Class features from prompt texts. The embeddings of the fixed tokens are gathered once; a call
 * puts them and the context in the order of the packed rows, and runs the text tower.
 */
public final class TextFeatures implements AutoCloseable {
  /** Rows of the text tower that are computed at a time where no gradient is recorded. */
  private static final int ROWS_AT_A_TIME = 8192;

  private final Clip clip;
  private final PackedTexts layout;
  private final Tensor fixed; // (distinct fixed tokens, W)
  private final Tensor gather; // (N), into the rows of [context; fixed]

  TextFeatures(Clip clip, PromptText text) {
    this.clip = clip;
    int contextRows = text.contextTokens() * (text.classSpecific() ? text.classes() : 1);
    int shared = text.sharedLength();
    Map<Integer, Integer> rowOfToken = new LinkedHashMap<>();
    int[] ends = text.rows().stream().mapToInt(PromptText.Row::end).toArray();
    layout = clip.textEncoder().layout(shared, ends);
    long[] rows = new long[layout.rows()];
    int next = 0;
    for (int c = 0; c < text.classes(); c++) {
      PromptText.Row row = text.rows().get(c);
      for (int i = c == 0 ? 0 : shared; i <= row.end(); i++) {
        int vector = row.vectors().get(i);
        int token = row.tokens().get(i);
        rows[next++] =
            vector >= 0
                ? vector + (text.classSpecific() ? c * text.contextTokens() : 0)
                : contextRows + rowOfToken.computeIfAbsent(token, t -> rowOfToken.size());
      }
    }
    long[] tokens = rowOfToken.keySet().stream().mapToLong(Integer::longValue).toArray();
    try (Scope scope = Scope.open("fixed embeddings")) {
      fixed = clip.textEncoder().embed(tokens).keep();
      gather = Tensor.of(rows, rows.length).to(clip.device()).keep();
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
  static Tensor handCrafted(Clip clip, List<String> classNames, String template) {
    return withoutGradients(clip, PromptText.handCrafted(clip, classNames, template)).unitRows();
  }

  private static Tensor withoutGradients(Clip clip, PromptText text) {
    int step = Math.max(1, ROWS_AT_A_TIME / Math.max(1, text.length()));
    List<Tensor> parts = new ArrayList<>();
    try (Autograd.Switch off = Autograd.off()) {
      for (int from = 0; from < text.classes(); from += step) {
        PromptText part = text.part(from, Math.min(from + step, text.classes()));
        try (Scope scope = Scope.open("class features");
            TextFeatures features = new TextFeatures(clip, part)) {
          parts.add(
              scope.promote(clip.textEncoder().features(features.embedded(null), features.layout)));
        }
      }
      return Tensor.concat(parts, 0);
    }
  }

  /**
   * Unit class features.
   *
   * @param context (M, W) or, class-specific, (C, M, W)
   * @return (C, E)
   */
  Tensor unit(Tensor context) {
    return clip.textEncoder().features(embedded(context), layout).unitRows();
  }

  /** (N, W): the rows of the layout. */
  private Tensor embedded(@Nullable Tensor context) {
    Tensor table =
        context == null
            ? fixed
            : Tensor.concat(List.of(context.reshape(-1, fixed.size(1)), fixed), 0);
    return table.indexSelect(0, gather);
  }

  @Override
  public void close() {
    fixed.close();
    gather.close();
    layout.close();
  }
}
