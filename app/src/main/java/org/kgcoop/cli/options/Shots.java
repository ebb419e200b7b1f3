package org.kgcoop.cli.options;

import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.FewShot;
import picocli.CommandLine.Option;

/** The option for the number of training images per class. */
public final class Shots {
  @Option(
      names = "--shots",
      paramLabel = "K",
      description = "Set the images per class, or all (default: ${DEFAULT-VALUE}).")
  private String shots = "16";

  public int value() {
    return parse("--shots", shots);
  }

  /** Parses the value of an option. */
  public static int parse(String option, String shots) {
    if (shots.equals("all") || shots.equals("-1")) { // -1 in the published code
      return FewShot.ALL;
    }
    List<Long> numbers = Parse.numbers(option, shots);
    if (numbers.size() != 1 || numbers.get(0) < 1 || numbers.get(0) > Integer.MAX_VALUE) {
      throw KgCoopException.configuration(option + ": expected at least 1, or all, got " + shots);
    }
    return numbers.get(0).intValue();
  }
}
