package org.kgcoop.classifier;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.method.TokenSpaceContext;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * Nearest words of context vectors, by Euclidean distance to the token embeddings, as in CoOp's
 * {@code interpret_prompt.py}.
 */
public final class NearestWords {
  /** Number of words that are compared exactly, per requested word. */
  private static final int MARGIN = 16;

  private NearestWords() {}

  /** Word, with the distance of its embedding from the vector. */
  public record Word(@JsonProperty("word") String text, double distance) {}

  /**
   * Context vector with its nearest words.
   *
   * @param name the number of the vector, from 1. A prefix names its class, if each class has its
   *     own vectors, or its block of the text encoder, for blocks after the first
   * @param words the nearest words, in ascending order of distance
   */
  public record Vector(@JsonProperty("vector") String name, List<Word> words) {
    public Vector {
      words = List.copyOf(words);
    }
  }

  /**
   * Returns all context vectors of a file.
   *
   * @param count the number of words per vector
   * @throws KgCoopException if the method has no context vectors, or if the file belongs to another
   *     CLIP model
   */
  public static List<Vector> of(ClassifierFile file, Clip clip, int count) {
    if (!(file.method() instanceof TokenSpaceContext method)) {
      throw KgCoopException.weights(
          file.method().title()
              + " learns no vectors of texts, which words could be near to; expected a method that"
              + " does, such as kgcoop");
    }
    List<Vector> vectors = new ArrayList<>();
    for (int block = 0; block < method.textVectors().size(); block++) {
      String before = block == 0 ? "" : "block " + block + ", ";
      StoredTensor stored = stored(file, method.textVectors().get(block));
      vectors.addAll(of(stored, clip, count, v -> before + name(file, v, stored.shape())));
    }
    return vectors;
  }

  /**
   * Returns the vectors before the first block of the text encoder, which can be initialized with
   * words. The result is empty if the method has no such vectors. It is also empty if each class
   * has its own vectors, because they would be thousands.
   *
   * @param count the number of words per vector
   */
  public static List<Vector> first(ClassifierFile file, Clip clip, int count) {
    if (!(file.method() instanceof TokenSpaceContext method)) {
      return List.of();
    }
    StoredTensor stored = stored(file, method.textVectors().get(0));
    return stored.shape().length > 2
        ? List.of()
        : of(stored, clip, count, v -> name(file, v, stored.shape()));
  }

  private static StoredTensor stored(ClassifierFile file, String name) {
    StoredTensor stored = file.parameters().get(name);
    if (stored == null) {
      throw KgCoopException.weights(
          "%s's file has no tensor '%s', which it learns; expected the whole file"
              .formatted(file.method().title(), name));
    }
    return stored;
  }

  private static List<Vector> of(
      StoredTensor stored, Clip clip, int count, LongFunction<String> name) {
    int rank = stored.shape().length;
    if (rank < 2 || rank > 3 || stored.elements() == 0) {
      throw KgCoopException.weights(
          "the learned vectors '%s' have shape %s; expected (vectors, width) or (classes, vectors, width)"
              .formatted(stored.name(), Arrays.toString(stored.shape())));
    }
    long width = stored.shape()[rank - 1];
    if (width != clip.config().textWidth()) {
      throw KgCoopException.weights(
          "the learned vectors have width "
              + width
              + ", this CLIP's text encoder "
              + clip.config().textWidth()
              + ": give the CLIP that the prompt was trained with");
    }
    try (Scope scope = Scope.open("nearest words");
        Autograd.Switch off = Autograd.off()) {
      Tensor context = stored.tensor().to(DType.FLOAT32).reshape(-1, width); // (vectors, W)
      Tensor words = clip.textEncoder().tokenEmbedding(); // (vocabulary, W)
      int limit = (int) Math.min(count, words.size(0));
      int compared = (int) Math.min((long) MARGIN * count, words.size(0));
      Tensor lengths = words.times(words).sum(1); // (vocabulary)
      List<Vector> vectors = new ArrayList<>();
      for (long v = 0; v < context.size(0); v++) {
        Tensor vector = context.narrow(0, v, 1);
        // 2 w.v - w.w is larger for nearer words. It has rounding errors, so only the best words by
        // it are compared exactly.
        Tensor closeness =
            Functions.linear(words, vector, null).reshape(-1).times(2).minus(lengths);
        Tensor ids = Functions.top(closeness, compared).indices();
        Tensor difference = words.indexSelect(0, ids).minus(vector);
        Tensor squares = difference.times(difference).sum(1); // (compared)
        Functions.Top nearest = Functions.top(squares.times(-1), limit);
        if (!nearest.values().isFinite()) {
          throw KgCoopException.weights(
              "learned vector '%s' has values that are too large for a distance to words: a training"
                      .formatted(stored.name())
                  + " that failed, or a damaged file; train again");
        }
        vectors.add(
            new Vector(
                name.apply(v),
                words(
                    clip,
                    ids.indexSelect(0, nearest.indices()).toLongs(),
                    nearest.values().toFloats())));
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
