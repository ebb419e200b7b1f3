package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.clip.ProjectionDeltas;
import org.kgcoop.model.Tape;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * Class features of prompt texts. The constructor looks up the embeddings of the fixed tokens. Each
 * call combines them with the context in the packed order, and runs the text encoder. The classes
 * are divided into parts for parallel workers. The division depends only on the texts and the
 * model, so the features do not depend on the number of workers.
 */
public final class TextFeatures implements AutoCloseable {
  /**
   * Number of tokens whose activations are stored for the backward pass: 50 texts of a SigLIP
   * model. At the width of ViT-B/16, they take about 1.3 GiB.
   */
  private static final int RECORDED_ROWS = 3200;

  /** Maximum number of tokens per part, if there are more than two parts. */
  private static final int MAX_ROWS_PER_CHUNK = 320;

  private final Clip clip;
  private final @Nullable DeepTextPrompts deep;
  private final boolean hasContext;
  private final int recordedParts; // from the first; their activations are stored
  private final List<TextParts.ClassChunk> parts;

  /** Terms that are added to projections of the text encoder. */
  @FunctionalInterface
  public interface ProjectionTerms {
    /** No terms. */
    ProjectionTerms NONE = (inputs, from, layout) -> block -> ProjectionDeltas.NONE;

    /**
     * Returns the terms of each block, counted from 0, for a part of the classes.
     *
     * @param inputs the inputs of the pass, which gradients are computed for
     * @param from the first class of the part
     * @param layout the layout of the part
     */
    IntFunction<ProjectionDeltas> of(List<Tensor> inputs, int from, PackedTexts layout);
  }

  /** Creates the features of texts, and looks up the embeddings of their fixed tokens. */
  public TextFeatures(Clip clip, PromptText text) {
    this(clip, text, null);
  }

  /**
   * Creates the features of texts with deep prompts.
   *
   * @param deep the deep prompts, or null for none
   */
  public TextFeatures(Clip clip, PromptText text, @Nullable DeepTextPrompts deep) {
    this(clip, text, deep, RECORDED_ROWS, MAX_ROWS_PER_CHUNK);
  }

  /** Creates features with custom limits, so that tests can divide a small number of classes. */
  TextFeatures(
      Clip clip,
      PromptText text,
      @Nullable DeepTextPrompts deep,
      int recordedRows,
      int rowsPerChunk) {
    this.clip = clip;
    this.deep = deep;
    hasContext = text.contextTokens() > 0;
    TextParts division = new TextParts(clip, text, deep, rowsPerChunk);
    parts = division.parts();
    recordedParts = division.within(recordedRows);
  }

  /**
   * Computes the features of plain texts, not normalized.
   *
   * @return the features, (texts, E)
   */
  public static Tensor ofTexts(Clip clip, List<String> texts) {
    return withoutGradients(clip, PromptText.ofTexts(clip, texts));
  }

  /** Computes the unit features of a hand-crafted template, (C, E), without gradients. */
  public static Tensor handCrafted(Clip clip, List<String> classNames, String template) {
    return withoutGradients(clip, PromptText.handCrafted(clip, classNames, template)).unitRows();
  }

  /**
   * Returns the features of fixed texts, (C, E), not normalized. They are computed, unless the
   * model's {@linkplain Clip#textFeatures() cache} contains them.
   */
  public static Tensor withoutGradients(Clip clip, PromptText text) {
    return clip.textFeatures()
        .get(
            text,
            () -> {
              try (TextFeatures features = new TextFeatures(clip, text)) {
                return features.all(List.of());
              }
            });
  }

  /**
   * Computes class features without gradients, not normalized.
   *
   * @param inputs the inputs, as for {@link #pass}
   * @return the class features, (C, E)
   */
  public Tensor all(List<Tensor> inputs) {
    return all(inputs, ProjectionTerms.NONE);
  }

  /** Computes class features without gradients, with terms that are added to projections. */
  public Tensor all(List<Tensor> inputs, ProjectionTerms terms) {
    try (Autograd.Switch off = Autograd.off()) {
      List<Tensor> features =
          Workers.each(parts.size(), i -> partFeatures(inputs, parts.get(i), terms));
      return features.size() == 1 ? features.get(0) : Tensor.concat(features, 0);
    }
  }

  /**
   * Computes class features, with a backward pass for their inputs.
   *
   * @param inputs first the context if there is one, (M, W), or (C, M, W) if it is class-specific.
   *     The deep prompts follow: one tensor (C, P, W) for prompts per class, or one tensor (n, W)
   *     per block for shared prompts
   */
  public Pass pass(List<Tensor> inputs) {
    return pass(inputs, ProjectionTerms.NONE);
  }

  /**
   * Computes class features, with terms that are added to projections. The terms are computed from
   * the inputs and must be deterministic.
   */
  public Pass pass(List<Tensor> inputs, ProjectionTerms terms) {
    return new Pass(inputs, terms);
  }

  /**
   * Forward pass with a separate backward pass. The forward pass ends with the class features,
   * because a loss needs the features of all classes. The backward pass starts with the gradients
   * with respect to these features.
   *
   * <p>Activations are stored for at most {@value #RECORDED_ROWS} tokens. All further parts are
   * computed again before their gradients, so that memory does not grow with the number of classes.
   */
  public final class Pass implements Tape.Forward {
    private final List<Tensor> tensors;
    private final List<Tensor> inputs; // the same inputs, without history
    private final ProjectionTerms terms;
    private final Tensor features;
    private final List<Tensor>
        recorded; // outputs of each part; the parts that are computed again have no history

    private Pass(List<Tensor> tensors, ProjectionTerms terms) {
      this.tensors = tensors;
      this.terms = terms;
      inputs = tensors.stream().map(input -> input.detach().parameter()).toList();
      recorded = Workers.each(parts.size(), i -> first(parts.get(i), i < recordedParts));
      try (Autograd.Switch off = Autograd.off()) {
        features = Tensor.concat(recorded, 0);
      }
    }

    private Tensor first(TextParts.ClassChunk part, boolean keep) {
      if (keep) {
        return partFeatures(inputs, part, terms);
      }
      try (Autograd.Switch off = Autograd.off()) {
        return partFeatures(inputs, part, terms);
      }
    }

    @Override
    public List<Tensor> inputs() {
      return tensors;
    }

    /** Returns the class features, (C, E), not normalized, without history. */
    @Override
    public Tensor output() {
      return features;
    }

    @Override
    public List<List<Tensor>> gradients(List<Tensor> featureGradients) {
      List<List<Tensor>> partGradients = // for each part, the gradients of all losses in order
          Workers.map(
              parts.size(),
              i -> {
                TextParts.ClassChunk classes = parts.get(i);
                Tensor part =
                    i < recordedParts ? recorded.get(i) : partFeatures(inputs, classes, terms);
                List<Tensor> gradients = new ArrayList<>();
                for (int loss = 0; loss < featureGradients.size(); loss++) {
                  Tensor cotangent =
                      featureGradients
                          .get(loss)
                          .narrow(0, classes.from(), classes.layout().texts());
                  boolean again = loss < featureGradients.size() - 1;
                  gradients.addAll(
                      Autograd.gradients(List.of(part), List.of(cotangent), inputs, again));
                }
                return gradients;
              });
      return IntStream.range(0, featureGradients.size())
          .mapToObj(
              loss ->
                  IntStream.range(loss * inputs.size(), (loss + 1) * inputs.size())
                      .mapToObj(place -> sum(partGradients, place))
                      .toList())
          .toList();
    }

    /** Sums in the order of the parts, so that the result is deterministic. */
    private static Tensor sum(List<List<Tensor>> gradients, int place) {
      return gradients.stream().map(g -> g.get(place)).reduce(Tensor::plus).orElseThrow();
    }
  }

  private Tensor partFeatures(
      List<Tensor> inputs, TextParts.ClassChunk part, ProjectionTerms terms) {
    long width = part.fixed().size(1);
    Tensor table =
        hasContext
            ? Tensor.concat(List.of(inputs.get(0).reshape(-1, width), part.fixed()), 0)
            : part.fixed();
    Tensor embedded = table.indexSelect(0, part.gather());
    List<Tensor> tensors = inputs.subList(hasContext ? 1 : 0, inputs.size());
    return clip.textEncoder()
        .features(
            embedded,
            part.layout(),
            part.deep(),
            deepPrompts(tensors, part),
            terms.of(inputs, part.from(), part.layout()));
  }

  /** Returns the deep prompts of a part, one tensor (tokens, W) per block. */
  private List<Tensor> deepPrompts(List<Tensor> tensors, TextParts.ClassChunk part) {
    if (!(deep instanceof DeepTextPrompts.OfClasses)) {
      return tensors;
    }
    Tensor rows = tensors.get(0).narrow(0, part.from(), part.layout().texts()); // (.., P, W)
    return List.of(rows.reshape(-1, rows.size(2)));
  }

  @Override
  public void close() {
    parts.forEach(TextParts.ClassChunk::close);
  }
}
