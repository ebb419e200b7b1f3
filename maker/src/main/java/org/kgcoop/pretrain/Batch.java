package org.kgcoop.pretrain;

/**
 * B images and their captions.
 *
 * @param pixels samples, (B, R, R, channels)
 * @param texts the token ids of each caption, without the start of text and with the end of text
 * @param captions the captions as text
 * @param concepts the number of the concept of each image
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
record Batch(byte[] pixels, int[][] texts, String[] captions, int[] concepts) {
  int size() {
    return texts.length;
  }
}
