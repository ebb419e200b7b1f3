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
 * puts them and the context in the order of the packed rows, and runs the text tower. Many classes
 * are divided into parts, so that what is kept for the gradients of one does not grow with them.
 */
public final class TextFeatures implements AutoCloseable {
  /**
   * Rows of the text tower that are computed at a time. At the width of ViT-B/16 their activations
   * take about 1 GiB.
   */
  private static final int ROWS_AT_A_TIME = 2560;

  private final Clip clip;
  private final List<Part> parts = new ArrayList<>();

  /**
   * Some of the classes.
   *
   * @param fixed (distinct fixed tokens, W)
   * @param gather (N), into the rows of [context; fixed]
   */
  private record Part(PackedTexts layout, Tensor fixed, Tensor gather) {
    void close() {
      layout.close();
      fixed.close();
      gather.close();
    }
  }

  TextFeatures(Clip clip, PromptText text) {
    this(clip, text, ROWS_AT_A_TIME);
  }

  /** For tests, which divide few classes too. */
  TextFeatures(Clip clip, PromptText text, int rowsAtATime) {
    this.clip = clip;
    int shared = text.sharedLength();
    int from = 0;
    while (from < text.classes()) {
      int to = from;
      int rows = shared;
      while (to < text.classes() && (to == from || rows + own(text, to) <= rowsAtATime)) {
        rows += own(text, to);
        to++;
      }
      parts.add(part(text, from, to));
      from = to;
    }
  }

  /** Rows of a class after the shared beginning. */
  private static int own(PromptText text, int c) {
    return text.rows().get(c).end() + 1 - text.sharedLength();
  }

  private Part part(PromptText text, int from, int to) {
    int contextRows = text.contextTokens() * (text.classSpecific() ? text.classes() : 1);
    int shared = text.sharedLength();
    List<PromptText.Row> own = text.rows().subList(from, to);
    PackedTexts layout =
        clip.textEncoder().layout(shared, own.stream().mapToInt(PromptText.Row::end).toArray());
    Map<Integer, Integer> rowOfToken = new LinkedHashMap<>();
    long[] rows = new long[layout.rows()];
    int next = 0;
    for (int c = from; c < to; c++) {
      PromptText.Row row = text.rows().get(c);
      for (int i = c == from ? 0 : shared; i <= row.end(); i++) {
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
      return new Part(
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
  static Tensor handCrafted(Clip clip, List<String> classNames, String template) {
    return withoutGradients(clip, PromptText.handCrafted(clip, classNames, template)).unitRows();
  }

  private static Tensor withoutGradients(Clip clip, PromptText text) {
    try (TextFeatures features = new TextFeatures(clip, text);
        Autograd.Switch off = Autograd.off()) {
      return features.all(null);
    }
  }

  /** How many parts the classes are divided into. */
  int parts() {
    return parts.size();
  }

  /**
   * Unit class features.
   *
   * @param context (M, W) or, class-specific, (C, M, W)
   * @return (C, E)
   */
  Tensor unit(Tensor context) {
    return all(context).unitRows();
  }

  /** Unit features of the classes of one part, in their order: (part of C, E). */
  Tensor unit(Tensor context, int part) {
    return features(context, parts.get(part)).unitRows();
  }

  private Tensor all(@Nullable Tensor context) {
    if (parts.size() == 1) {
      return features(context, parts.get(0));
    }
    List<Tensor> features = new ArrayList<>();
    for (Part part : parts) {
      if (Autograd.isOn()) {
        features.add(features(context, part));
      } else {
        // Without a history only the features of a part need to stay.
        try (Scope scope = Scope.open("part of the classes")) {
          features.add(scope.promote(features(context, part)));
        }
      }
    }
    return Tensor.concat(features, 0);
  }

  private Tensor features(@Nullable Tensor context, Part part) {
    Tensor table =
        context == null
            ? part.fixed()
            : Tensor.concat(List.of(context.reshape(-1, part.fixed().size(1)), part.fixed()), 0);
    return clip.textEncoder().features(table.indexSelect(0, part.gather()), part.layout());
  }

  @Override
  public void close() {
    parts.forEach(Part::close);
  }
}
