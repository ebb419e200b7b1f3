package org.kgcoop.classifier;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.io.StoredTensor;
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

  /**
   * Returns the words nearest to each context vector before the first block of the text encoder,
   * nearest first. The result is empty if the method has no such vectors. It is also empty if each
   * class has its own vectors, because they would be thousands.
   *
   * @param clip the model of the training
   * @param count the number of words per vector
   * @throws KgCoopException if the vectors are too large for a distance
   */
  public static List<List<String>> of(ClassifierFile file, Clip clip, int count) {
    List<String> names = file.method().textVectors();
    StoredTensor stored = names.isEmpty() ? null : file.parameters().get(names.get(0));
    if (stored == null || stored.shape().length > 2) {
      return List.of();
    }
    List<List<String>> nearestWords = new ArrayList<>();
    try (Scope scope = Scope.open("nearest words");
        Autograd.Switch off = Autograd.off()) {
      Tensor context = stored.tensor().to(DType.FLOAT32); // (vectors, W)
      Tensor words = clip.textEncoder().tokenEmbedding(); // (vocabulary, W)
      int limit = (int) Math.min(count, words.size(0));
      int compared = (int) Math.min((long) MARGIN * count, words.size(0));
      Tensor lengths = words.times(words).sum(1); // (vocabulary)
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
              "learned vector '%s' has values that are too large for a distance to words: a training that failed, or a damaged file; train again"
                  .formatted(stored.name()));
        }
        nearestWords.add(
            Arrays.stream(ids.indexSelect(0, nearest.indices()).toLongs())
                .mapToObj(id -> clip.tokenizer().decode((int) id).strip())
                .toList());
      }
    }
    return nearestWords;
  }
}
