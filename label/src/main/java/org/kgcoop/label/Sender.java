package org.kgcoop.label;

import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;

/**
 * Who acts in a session, and the number of the action. If the reply is lost, the same action can be
 * sent again with its number: it counts once, also after the program was started again.
 *
 * @param person identifies a tab of the browser, or a thread; empty for a program
 * @param number rises with each action of the person, from 1; 0 without a number: such an action is
 *     always a new one
 */
public record Sender(String person, long number) {
  public Sender {
    if (number < 0) {
      throw KgCoopException.configuration("number: expected 0 or more, got " + number);
    }
  }

  /** Returns a person who sends nothing twice. */
  public static Sender of(String person) {
    return new Sender(person, 0);
  }

  /** Returns the person in an entry of the journal: nothing for a program. */
  @Nullable String by() {
    return person.isEmpty() ? null : person;
  }

  /** Returns the number in an entry of the journal. */
  @Nullable Long request() {
    return number == 0 ? null : number;
  }
}
