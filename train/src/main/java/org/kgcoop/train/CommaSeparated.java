package org.kgcoop.train;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Lists with commas, whose elements may have arguments in parentheses. */
public final class CommaSeparated {
  private CommaSeparated() {}

  /**
   * Splits a text at its commas, except those in parentheses. Works in one pass from the end,
   * because a comma is in parentheses if the next parenthesis is a closing one.
   */
  public static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    boolean inside = false;
    int end = text.length();
    for (int i = text.length() - 1; i >= 0; i--) {
      char c = text.charAt(i);
      if (c == '(' || c == ')') {
        inside = c == ')';
      } else if (c == ',' && !inside) {
        parts.add(text.substring(i + 1, end));
        end = i;
      }
    }
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }
}
