package org.kgcoop.runs;

import java.util.Arrays;
import java.util.List;

/** The protocols, with all that tables and reports need to know of each. */
public enum ProtocolKind {
  BASE_TO_NEW("base2new", "Base-to-new generalization", Columns.HALVES),
  FEW_SHOT("fewshot", "Few-shot learning", Columns.SHOTS),
  CROSS("cross", "Transfer to other data sets", Columns.DATA_SETS),
  DOMAIN("domain", "Domain generalization", Columns.DATA_SETS);

  /** What the accuracies of a row differ in. */
  public enum Columns {
    /** The base and the new half of the classes, with rows for each data set. */
    HALVES,
    /** The numbers of training images per class, with rows for each data set. */
    SHOTS,
    /** The data sets that are tested. */
    DATA_SETS
  }

  private final String id;
  private final String title;
  private final Columns columns;

  ProtocolKind(String id, String title, Columns columns) {
    this.id = id;
    this.title = title;
    this.columns = columns;
  }

  /** Returns the name in files, which is that of the command. */
  public String id() {
    return id;
  }

  public String title() {
    return title;
  }

  public Columns columns() {
    return columns;
  }

  /** Returns the names of all protocols. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(ProtocolKind::id).toList();
  }

  /** Returns the protocol with a name. Tables of an unknown one are read as base-to-new. */
  public static ProtocolKind of(String id) {
    return Arrays.stream(values())
        .filter(kind -> kind.id.equals(id))
        .findFirst()
        .orElse(BASE_TO_NEW);
  }
}
