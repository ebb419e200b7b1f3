package org.kgcoop.method;

import java.util.List;

/** A method that learns vectors of texts, in the space of the token embeddings. */
public interface TokenSpaceContext {

  /**
   * The name of the parameter that stands in front of each block of the text encoder, from block 0
   * on: (vectors, W), or (C, vectors, W) where each class has its own.
   */
  List<String> textVectors();
}
