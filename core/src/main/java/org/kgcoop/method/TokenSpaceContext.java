package org.kgcoop.method;

import java.util.List;

/** Method that learns context vectors in the space of the token embeddings. */
public interface TokenSpaceContext {

  /**
   * Returns the names of the context vector parameters, one per block of the text encoder, starting
   * at block 0. A parameter is inserted before its block. Its shape is (vectors, W), or (C,
   * vectors, W) if each class has its own vectors.
   */
  List<String> textVectors();
}
