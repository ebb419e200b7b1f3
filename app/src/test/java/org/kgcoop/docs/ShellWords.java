package org.kgcoop.docs;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The words of the first command in a line, split by the rules of a POSIX shell. */
final class ShellWords {
  /** Words that end a command or redirect its output. */
  private static final Set<String> ENDS = Set.of("|", "&", "&&", "||", ";", ">", ">>", "2>");

  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean begun;
  private boolean quoted;

  private ShellWords() {}

  static List<String> of(String line) {
    return new ShellWords().divided(line);
  }

  private List<String> divided(String line) {
    char quote = 0;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote != 0 && c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '"' || c == '\'')) {
        quote = c;
        begun = true;
        quoted = true;
      } else if (c == '\\' && quote != '\'' && i + 1 < line.length()) {
        add(line.charAt(++i));
      } else if (quote == 0 && Character.isWhitespace(c)) {
        if (ends()) {
          return words;
        }
      } else if (quote == 0 && c == '#' && !begun) {
        return words;
      } else {
        add(c);
      }
    }
    if (quote != 0) {
      throw new IllegalArgumentException("a quote is not closed: " + line);
    }
    ends();
    return words;
  }

  private void add(char c) {
    word.append(c);
    begun = true;
  }

  /** Ends the current word and returns whether it ends the command. */
  private boolean ends() {
    if (!begun) {
      return false;
    }
    String text = word.toString();
    boolean last = !quoted && ENDS.contains(text);
    if (!last) {
      words.add(text);
    }
    word.setLength(0);
    begun = false;
    quoted = false;
    return last;
  }
}
