package org.kgcoop.serve.model;

import java.time.Duration;
import java.util.List;
import org.kgcoop.classify.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * Texts to features, in the thread that asks, so that images of other requests do not wait for
 * texts; one request at a time, since its texts take all cores.
 */
public final class TextReader {
  private final Embedder embedder;
  private final SerialWork turns;

  /**
   * A reader of texts.
   *
   * @param timeLimit from the whole request to its answer
   */
  public TextReader(Clip clip, Duration timeLimit) {
    this.embedder = Embedder.unit(clip);
    this.turns = new SerialWork(timeLimit);
  }

  /**
   * Makes unit features of texts, in their order.
   *
   * @throws RefusedRequestException 503 where the time limit is over
   * @throws org.kgcoop.KgCoopException where one is longer than the model reads
   */
  public List<float[]> read(List<String> texts) {
    return turns.compute(() -> embedder.embedTexts(texts));
  }
}
