package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.pretrain.Look.Company;

/**
 * Samples batches. Each batch is a pure function of the seed and its number, so a resumed run needs
 * no state of a generator.
 *
 * <p>The probability of a concept with n images is proportional to {@code n^0.75}. A concept occurs
 * at most once per batch, because two images of the same thing would be negatives of each other.
 * The exception are drawings that occur twice with different appearances. Only the words for the
 * appearance distinguish their captions.
 */
final class Batches {
  private static final double POWER = 0.75;
  private static final double BARE_ORDINARY = 0.6;
  private static final double BARE_STRONG = 0.35;

  private final Corpus corpus;
  private final Tokenizer tokenizer;
  private final PretrainingSettings settings;
  private final int contextLength;
  private final List<int[]> byConcept = new ArrayList<>();
  private final double[] cumulated; // by concept, the last is 1
  private final Renderer renderer;

  Batches(Corpus corpus, Tokenizer tokenizer, PretrainingSettings settings) {
    this.corpus = corpus;
    this.tokenizer = tokenizer;
    this.settings = settings;
    this.contextLength = settings.model().contextLength();
    this.renderer = new Renderer(corpus.resolution(), settings.model().channels());
    int concepts = corpus.concepts().size();
    int needed = settings.batchSize() - pairs();
    if (concepts < needed) {
      throw KgCoopException.configuration(
          "batch size "
              + settings.batchSize()
              + " needs "
              + needed
              + " concepts, the corpus has "
              + concepts
              + ": try a smaller batch");
    }
    List<List<Integer>> lists = new ArrayList<>();
    for (int i = 0; i < concepts; i++) {
      lists.add(new ArrayList<>());
    }
    for (int i = 0; i < corpus.size(); i++) {
      lists.get(corpus.entry(i).concept()).add(i);
    }
    cumulated = new double[concepts];
    double sum = 0;
    for (int i = 0; i < concepts; i++) {
      byConcept.add(lists.get(i).stream().mapToInt(Integer::intValue).toArray());
      sum += Math.pow(lists.get(i).size(), POWER);
      cumulated[i] = sum;
    }
    for (int i = 0; i < concepts; i++) {
      cumulated[i] /= sum;
    }
  }

  /** Returns the number of drawings that occur twice in a batch. */
  private int pairs() {
    return (int) Math.round(settings.batchSize() * settings.pairs() / 2);
  }

  /** Returns the batch of a step, counted from 0. Not thread-safe. */
  Batch batch(long step) {
    SplittableRandom random = random(settings.seed(), step);
    int size = settings.batchSize();
    int pairs = pairs();
    int area = corpus.resolution() * corpus.resolution() * settings.model().channels();
    Batch batch =
        new Batch(new byte[size * area], new int[size][], new String[size], new int[size]);
    Set<Integer> taken = new HashSet<>();
    int slot = 0;
    for (int i = 0; i < pairs; i++) {
      Corpus.Entry entry = draw(random, taken);
      Look first = Look.chance(random, 0.4) ? Look.ORDINARY : strong(random, entry);
      Look second = strong(random, entry);
      while (second.equals(first)) {
        second = strong(random, entry);
      }
      fill(batch, slot++, entry, first, true, random);
      fill(batch, slot++, entry, second, true, random);
    }
    while (slot < size) {
      Corpus.Entry entry = draw(random, taken);
      Look look = Look.chance(random, settings.ordinary()) ? Look.ORDINARY : strong(random, entry);
      fill(batch, slot++, entry, look, false, random);
    }
    return batch;
  }

  /** Returns a generator. Steps and seeds that differ by one give unrelated numbers. */
  static SplittableRandom random(long seed, long step) {
    return new SplittableRandom(
        new SplittableRandom(seed).nextLong() ^ new SplittableRandom(~step).nextLong());
  }

  private Corpus.Entry draw(SplittableRandom random, Set<Integer> taken) {
    while (true) {
      int concept = concept(random);
      if (taken.add(concept)) {
        return of(concept, random);
      }
    }
  }

  private int concept(SplittableRandom random) {
    int found = Arrays.binarySearch(cumulated, random.nextDouble());
    return Math.min(found < 0 ? -found - 1 : found + 1, cumulated.length - 1);
  }

  private Corpus.Entry of(int concept, SplittableRandom random) {
    int[] images = byConcept.get(concept);
    return corpus.entry(images[random.nextInt(images.length)]);
  }

  private Look strong(SplittableRandom random, Corpus.Entry entry) {
    // A drawing that must not be mirrored shows a direction, which a rotation would change.
    return Look.strong(random, entry.tint(), settings.model().channels() == 3, entry.flip(), true);
  }

  /** Renders an image and writes its caption. */
  private void fill(
      Batch batch,
      int slot,
      Corpus.Entry entry,
      Look wanted,
      boolean all,
      SplittableRandom random) {
    Look look = wanted;
    Corpus.Entry second = null;
    if (look.company() != Company.ALONE) {
      second = company(entry, random);
      if (second == null) {
        look =
            new Look(
                look.ink(),
                look.ground(),
                look.texture(),
                look.effects(),
                look.turn(),
                look.place(),
                Company.ALONE);
      }
    }
    int area = batch.pixels().length / batch.size();
    renderer.render(
        entry, second, look, Jitter.draw(random, entry.flip()), batch.pixels(), slot * area);
    double bare = all ? 0 : look.isOrdinary() ? BARE_ORDINARY : BARE_STRONG;
    String caption =
        Look.chance(random, bare)
            ? Captions.bare(entry, random)
            : Captions.composed(entry, second, look, all, random);
    int[] tokens = tokens(caption);
    if (tokens.length > contextLength - 1) {
      caption = entry.captions().get(0);
      tokens = tokens(caption);
    }
    if (tokens.length > contextLength - 1) {
      tokens = Arrays.copyOf(tokens, contextLength - 1);
      tokens[tokens.length - 1] = tokenizer.endOfText();
    }
    batch.texts()[slot] = tokens;
    batch.captions()[slot] = caption;
    batch.concepts()[slot] = entry.concept();
  }

  /** Returns another drawing with the same kind of ink, or null if a few tries find none. */
  private Corpus.@Nullable Entry company(Corpus.Entry entry, SplittableRandom random) {
    for (int i = 0; i < 8; i++) {
      Corpus.Entry second = of(concept(random), random);
      if (second.tint() == entry.tint() && second.concept() != entry.concept()) {
        return second;
      }
    }
    return null;
  }

  /** Returns the token ids without the start of text and with the end of text. */
  private int[] tokens(String caption) {
    List<Integer> ids = new ArrayList<>(tokenizer.encode(caption));
    ids.add(tokenizer.endOfText());
    return ids.stream().mapToInt(Integer::intValue).toArray();
  }
}
