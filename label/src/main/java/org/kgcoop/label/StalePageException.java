package org.kgcoop.label;

/** An action that does not fit the state of the session any more. Nothing of it is stored. */
public final class StalePageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private StalePageException(String message) {
    super(message);
  }

  /** An answer to a page that was answered, undone, or given to somebody else. */
  static StalePageException page() {
    return new StalePageException("this page is not open any more; ask for the next one");
  }

  /** An action whose number was used before, or is smaller than that of a later one. */
  static StalePageException number(long number, long last) {
    return new StalePageException(
        number == last
            ? "number %s: is that of another action".formatted(number)
            : "number %s: action %s of this person is stored already".formatted(number, last));
  }
}
