package org.kgcoop.prompt;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.PackedTexts;
import org.kgcoop.clip.ProjectionDeltas;
import org.kgcoop.model.Tape;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Tensor;
import org.kgcoop.tensor.Workers;

/**
 * Class features from prompt texts. The embeddings of the fixed tokens are gathered once; a call
 * puts them and the context in the order of the packed rows, and runs the text encoder. The classes
 * are divided into parts for the workers. Which parts follows from the texts and the model alone,
 * so that the features do not depend on how many workers there are.
 */
public final class TextFeatures implements AutoCloseable {
  /**
   * Rows of the text encoder whose activations are kept for the way back: 50 texts of a SigLIP. At
   * the width of ViT-B/16 they take about 1.3 GiB.
   */
  private static final int ROWS_KEPT = 3200;

  /** Rows of a part at most, where there are more than two parts. */
  private static final int ROWS_OF_A_PART = 320;

  private final Clip clip;
  private final @Nullable DeepTextPrompts deep;
  private final boolean hasContext;
  private final int kept; // first parts whose activations are kept for the way back
  private final List<TextParts.Part> parts;

  /** Terms beside the projections of the text encoder. */
  @FunctionalInterface
  public interface Adapter {
    /** No term anywhere. */
    Adapter NONE = (inputs, from, layout) -> block -> ProjectionDeltas.NONE;

    /**
     * The terms of each block, counted from 0, for a part of the classes.
     *
     * @param inputs of the pass, which gradients are taken for
     * @param from the first class of the part
     * @param layout of the part
     */
    IntFunction<ProjectionDeltas> of(List<Tensor> inputs, int from, PackedTexts layout);
  }

  /** The features of those texts, whose fixed tokens are gathered here. */
  public TextFeatures(Clip clip, PromptText text) {
    this(clip, text, null);
  }

  /**
   * The features of texts with deep prompts.
   *
   * @param deep null where there are none
   */
  public TextFeatures(Clip clip, PromptText text, @Nullable DeepTextPrompts deep) {
    this(clip, text, deep, ROWS_KEPT, ROWS_OF_A_PART);
  }

  /** For tests, which divide few classes too. */
  TextFeatures(
      Clip clip, PromptText text, @Nullable DeepTextPrompts deep, int rowsKept, int rowsOfAPart) {
    this.clip = clip;
    this.deep = deep;
    hasContext = text.contextTokens() > 0;
    TextParts division = new TextParts(clip, text, deep, rowsOfAPart);
    parts = division.parts();
    kept = division.within(rowsKept);
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

  /** The features of fixed texts as the encoder makes them: (C, E). */
  public static Tensor withoutGradients(Clip clip, PromptText text) {
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
   * @param inputs the context, where there is one, (M, W) or, class-specific, (C, M, W); then deep
   *     prompts: those of classes, (C, P, W), or for each block those that all share, (n, W)
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
  public final class Pass implements Tape.Forward {
    private final List<Tensor> given;
    private final List<Tensor> inputs; // the same without their history
    private final Adapter adapter;
    private final Tensor features;
    private final List<Tensor> recorded; // of each part; of those computed again without history

    private Pass(List<Tensor> given, Adapter adapter) {
      this.given = given;
      this.adapter = adapter;
      inputs = given.stream().map(input -> input.detach().parameter()).toList();
      recorded = flat(Workers.map(parts.size(), i -> List.of(first(parts.get(i), i < kept))));
      try (Autograd.Switch off = Autograd.off()) {
        features = Tensor.concat(recorded, 0);
      }
    }

    private Tensor first(TextParts.Part part, boolean keep) {
      if (keep) {
        return ofPart(inputs, part, adapter);
      }
      try (Autograd.Switch off = Autograd.off()) {
        return ofPart(inputs, part, adapter);
      }
    }

    @Override
    public List<Tensor> inputs() {
      return given;
    }

    /** (C, E), before they are brought to unit length, of no history. */
    @Override
    public Tensor output() {
      return features;
    }

    @Override
    public List<List<Tensor>> gradients(List<Tensor> byFeatures) {
      List<List<Tensor>> ofParts = // each all losses' behind each other
          Workers.map(
              parts.size(),
              i -> {
                TextParts.Part classes = parts.get(i);
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

  private Tensor ofPart(List<Tensor> inputs, TextParts.Part part, Adapter adapter) {
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
            part.deep(),
            deepPrompts(given, part),
            adapter.of(inputs, part.from(), part.layout()));
  }

  /** The deep prompts of a part, for each of its places: (rows, W). */
  private List<Tensor> deepPrompts(List<Tensor> given, TextParts.Part part) {
    if (!(deep instanceof DeepTextPrompts.OfClasses)) {
      return given;
    }
    Tensor rows = given.get(0).narrow(0, part.from(), part.layout().texts()); // (.., P, W)
    return List.of(rows.reshape(-1, rows.size(2)));
  }

  private static Tensor joined(List<List<Tensor>> ofParts) {
    return ofParts.size() == 1 ? ofParts.get(0).get(0) : Tensor.concat(flat(ofParts), 0);
  }

  private static List<Tensor> flat(List<List<Tensor>> ofParts) {
    return ofParts.stream().flatMap(List::stream).toList();
  }

  @Override
  public void close() {
    parts.forEach(TextParts.Part::close);
  }
}
