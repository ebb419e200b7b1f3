package org.kgcoop;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Names of enum constants in files and options: in lower case, with hyphens. */
public final class EnumIds {
  private EnumIds() {}

  /** Returns the name of a constant, such as {@code out-of-fold}. */
  public static String id(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Returns the names of all constants, in order. */
  public static <E extends Enum<E>> List<String> all(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(EnumIds::id).toList();
  }

  /**
   * Returns the constant with a name.
   *
   * @param what the kind of constant, for the message
   * @throws KgCoopException of the kind CONFIGURATION, if there is none
   */
  public static <E extends Enum<E>> E of(Class<E> type, String what, String id) {
    return find(type, id)
        .orElseThrow(
            () ->
                KgCoopException.configuration(
                    "%s '%s': expected %s".formatted(what, id, choices(type))));
  }

  /** Returns the names of all constants in a sentence, such as {@code a, b or c}. */
  public static <E extends Enum<E>> String choices(Class<E> type) {
    return String.join(", ", all(type)).replaceFirst(", ([^,]*)$", " or $1");
  }

  /** Returns the constant with a name. */
  public static <E extends Enum<E>> Optional<E> find(Class<E> type, String id) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> id(constant).equals(id))
        .findFirst();
  }
}
