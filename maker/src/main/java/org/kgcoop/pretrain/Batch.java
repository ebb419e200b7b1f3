package org.kgcoop.pretrain;

/**
 * Images and their captions, B of each.
 *
 * @param pixels samples, (B, R, R, channels)
 * @param texts for each caption its token ids between the mark of its start, left out, and that of
 *     its end
 * @param captions as written
 * @param concepts for each image the number of its concept
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record Batch(byte[] pixels, int[][] texts, String[] captions, int[] concepts) {
  int size() {
    return texts.length;
  }
}
