package org.kgcoop.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Stack;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Moves options of Spark in front of the name of a protocol, because all arguments after this name
 * belong to the protocol.
 */
final class SparkArgumentsFirst implements IParameterPreprocessor {
  private static final Set<String> WITH_VALUE = Set.of("--master", "--conf");
  private static final String DEBUG = "--debug";

  SparkArgumentsFirst() {}

  @Override
  @SuppressWarnings("JdkObsolete") // picocli's type
  public boolean preprocess(
      Stack<String> stack, CommandSpec spec, @Nullable ArgSpec arg, Map<String, Object> info) {
    List<String> words = new ArrayList<>(stack);
    Collections.reverse(words);
    List<String> ordered = ordered(words);
    Collections.reverse(ordered);
    stack.clear();
    stack.addAll(ordered);
    return false;
  }

  static List<String> ordered(List<String> words) {
    List<String> first = new ArrayList<>();
    List<String> rest = new ArrayList<>();
    boolean debug = false;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.equals(DEBUG)) {
        debug = true;
      } else if (WITH_VALUE.contains(word) && i + 1 < words.size()) {
        first.addAll(List.of(word, words.get(++i)));
      } else if (WITH_VALUE.contains(word.split("=", 2)[0])) {
        first.add(word);
      } else {
        rest.add(word);
      }
    }
    if (debug) {
      first.add(DEBUG);
    }
    first.addAll(rest);
    return first;
  }
}
