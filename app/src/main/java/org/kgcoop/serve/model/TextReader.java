package org.kgcoop.serve.model;

import java.time.Duration;
import java.util.List;
import org.kgcoop.classify.Embedder;
import org.kgcoop.clip.Clip;
import org.kgcoop.serve.http.RefusedRequestException;

/**
 * Computes features of texts in the calling thread, so that images of other requests do not wait
 * for them. One request at a time computes, because texts use all cores.
 */
public final class TextReader {
  private final Embedder embedder;
  private final SerialWork turns;

  /**
   * Creates a reader.
   *
   * @param timeLimit the maximum time from the complete request to its answer
   */
  public TextReader(Clip clip, Duration timeLimit) {
    this.embedder = Embedder.unit(clip);
    this.turns = new SerialWork(timeLimit);
  }

  /**
   * Returns unit features of texts, in their order.
   *
   * @throws RefusedRequestException 503 if the time limit is exceeded
   * @throws org.kgcoop.KgCoopException if a text is too long for the model
   */
  public List<float[]> read(List<String> texts) {
    return turns.compute(() -> embedder.embedTexts(texts));
  }
}
