package org.kgcoop.method.catalogue;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The words nearest to each learned vector of texts, by Euclidean distance to the token embeddings,
 * as CoOp reads its contexts ({@code interpret_prompt.py}) and MaPLe its deeper ones too ({@code
 * interpret_prompts/maple.py}).
 */
public final class NearestWords {
  /** The context, in front of the first block of the text tower. */
  private static final Pattern CONTEXT = Pattern.compile("(prompt_learner\\.)?ctx");

  /** Vectors in front of a later block, by its number, or by that less 1. */
  private static final Pattern DEEPER =
      Pattern.compile(
          "text_encoder\\.transformer\\.resblocks\\.(\\d+)\\.VPT_shallow"
              + "|prompt_learner\\.compound_prompts_text\\.(\\d+)");

  private NearestWords() {}

  /** A word and how far its embedding is. */
  public record Word(String text, double distance) {}

  /**
   * A learned vector and its words.
   *
   * @param name its number from 1, after its class or its block where it belongs to one
   */
  public record Vector(String name, List<Word> words) {
    public Vector {
      words = List.copyOf(words);
    }
  }

  /**
   * All vectors of a prompt.
   *
   * @param count how many words each
   */
  public static List<Vector> of(ClassifierFile file, Clip clip, int count) {
    List<Vector> vectors = new ArrayList<>();
    for (StoredTensor stored : file.parameters().values()) {
      Matcher deeper = DEEPER.matcher(stored.name());
      if (CONTEXT.matcher(stored.name()).matches()) {
        vectors.addAll(0, of(stored, clip, count, vector -> name(file, vector, stored.shape())));
      } else if (deeper.matches()) {
        int block =
            deeper.group(1) != null
                ? Integer.parseInt(deeper.group(1))
                : 1 + Integer.parseInt(deeper.group(2));
        vectors.addAll(of(stored, clip, count, vector -> "block %s, %s".formatted(block, vector + 1)));
      }
    }
    if (vectors.isEmpty()) {
      throw KgCoopException.weights(
          file.method().title()
              + " learns no vectors of texts, which words could be near to; expected a method that"
              + " does, such as kgcoop");
    }
    return vectors;
  }

  private static List<Vector> of(
      StoredTensor stored, Clip clip, int count, LongFunction<String> name) {
    long width = stored.shape()[stored.shape().length - 1];
    if (width != clip.config().textWidth()) {
      throw KgCoopException.weights(
          "the learned vectors have width "
              + width
              + ", this CLIP's text tower "
              + clip.config().textWidth()
              + ": give the CLIP that the prompt was trained with");
    }
    try (Scope scope = Scope.open("nearest words");
        Autograd.Switch off = Autograd.off()) {
      Tensor context = stored.tensor().to(DType.FLOAT32).reshape(-1, width); // (vectors, W)
      Tensor words = clip.textEncoder().tokenEmbedding(); // (vocabulary, W)
      int kept = (int) Math.min(count, words.size(0));
      List<Vector> vectors = new ArrayList<>();
      for (long v = 0; v < context.size(0); v++) {
        Tensor difference = words.minus(context.narrow(0, v, 1));
        Tensor squares = difference.times(difference).sum(1); // (vocabulary)
        Functions.Top nearest = Functions.top(squares.times(-1), kept);
        vectors.add(
            new Vector(
                name.apply(v),
                words(clip, nearest.indices().toLongs(), nearest.values().toFloats())));
      }
      return vectors;
    }
  }

  private static String name(ClassifierFile file, long vector, long[] shape) {
    if (shape.length == 2) {
      return String.valueOf(vector + 1);
    }
    int inClass = (int) (vector / shape[1]);
    String owner =
        inClass < file.classNames().size()
            ? file.classNames().get(inClass)
            : "class " + (inClass + 1);
    return owner + " " + (vector % shape[1] + 1);
  }

  private static List<Word> words(Clip clip, long[] ids, float[] negativeSquares) {
    List<Word> words = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      words.add(
          new Word(
              clip.tokenizer().decode((int) ids[i]).strip(),
              Math.sqrt(Math.max(0, -negativeSquares[i]))));
    }
    return words;
  }
}
