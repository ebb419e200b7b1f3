package org.kgcoop.label;

/** An answer to a page that was answered, undone, or given to somebody else. */
public final class StalePageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  StalePageException() {
    super("this page is not open any more; ask for the next one");
  }
}
