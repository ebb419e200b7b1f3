package org.kgcoop.prompt;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * A way to classify image features. What it needs to be made ready tells the kinds apart: a {@link
 * TextMethod} needs the names of classes.
 */
public interface Method {

  /** The name in files and options, such as {@code kgcoop}. */
  String id();

  /** The name as papers write it, such as {@code KgCoOp}. */
  String title();

  /**
   * What is learned or written, as the published table says: {@code hand-crafted}, {@code textual}.
   */
  String prompts();

  /** All settings, in the form that {@link MethodCatalogue#parse} reads. */
  ObjectNode toJson();
}
