package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The zero-shot accuracy on images that are not used for training, among all their concepts, with
 * one template.
 */
final class ZeroShotCheck {
  private static final int PART = 128;

  private final List<Corpus.Entry> entries;
  private final int[][] texts; // by concept
  private final PretrainingSettings settings;
  private final int startOfText;

  /**
   * Creates a check.
   *
   * @param most the maximum number of images, which are sampled once
   */
  ZeroShotCheck(
      Corpus corpus, int most, String template, Tokenizer tokenizer, PretrainingSettings settings) {
    this.settings = settings;
    this.startOfText = tokenizer.start().get(0);
    List<Corpus.Entry> rest = new ArrayList<>(corpus.entries());
    SplittableRandom random = new SplittableRandom(1);
    entries = new ArrayList<>();
    while (entries.size() < most && !rest.isEmpty()) {
      int drawn = random.nextInt(rest.size());
      entries.add(rest.get(drawn));
      rest.set(drawn, rest.get(rest.size() - 1));
      rest.remove(rest.size() - 1);
    }
    texts = new int[corpus.concepts().size()][];
    int contextLength = settings.model().contextLength();
    for (int i = 0; i < texts.length; i++) {
      String text = template.replace("{}", corpus.concepts().get(i));
      List<Integer> ids = tokenizer.encodeMarked(text, contextLength);
      texts[i] = ids.subList(1, ids.size()).stream().mapToInt(Integer::intValue).toArray();
    }
  }

  /** Returns the percentage of the images whose concept has the highest cosine. */
  double accuracy(TrainableEncoders encoders) {
    try (Scope scope = Scope.open("zero-shot check");
        Autograd.Switch off = Autograd.off()) {
      List<Tensor> parts = new ArrayList<>();
      for (int from = 0; from < texts.length; from += PART) {
        int[][] part =
            java.util.Arrays.copyOfRange(texts, from, Math.min(from + PART, texts.length));
        try (Scope inner = Scope.open("part of the concepts")) {
          parts.add(
              inner.promote(ParallelStep.features(encoders.texts(), part, startOfText).unitRows()));
        }
      }
      Tensor concepts = Tensor.concat(parts, 0).transpose(0, 1); // (E, C)
      int right = 0;
      for (int from = 0; from < entries.size(); from += PART) {
        List<Corpus.Entry> part = entries.subList(from, Math.min(from + PART, entries.size()));
        try (Scope inner = Scope.open("part of the images")) {
          Tensor images = ParallelStep.images(plain(part), 0, part.size(), settings);
          long[] found =
              encoders.images().features(images).unitRows().matmul(concepts).argmax(1).toLongs();
          for (int i = 0; i < found.length; i++) {
            right += found[i] == part.get(i).concept() ? 1 : 0;
          }
        }
      }
      return 100.0 * right / entries.size();
    }
  }

  private Batch plain(List<Corpus.Entry> part) {
    int side = settings.model().imageResolution();
    int channels = settings.model().channels();
    Renderer renderer = new Renderer(side, channels);
    Batch batch =
        new Batch(
            new byte[part.size() * side * side * channels],
            new int[part.size()][],
            new String[part.size()],
            new int[part.size()]);
    for (int i = 0; i < part.size(); i++) {
      int offset = i * side * side * channels;
      renderer.render(part.get(i), null, Look.ORDINARY, Jitter.NONE, batch.pixels(), offset);
    }
    return batch;
  }
}
