package org.kgcoop.cluster.session;

import java.io.File;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.kgcoop.Messages;

/** A command of kgcoop in the form of {@code spark-submit}. */
public final class Submission {
  private static final String MAIN = "org.kgcoop.cluster.Main";

  private Submission() {}

  /**
   * Returns the command line that does the same on a cluster.
   *
   * @param words the arguments of kgcoop, starting with the command
   */
  public static String line(List<String> words) {
    List<String> line = new ArrayList<>(List.of("spark-submit", "--master", "spark://HOST:7077"));
    line.addAll(List.of("--class", MAIN));
    List<String> natives = natives();
    if (!natives.isEmpty()) {
      line.addAll(List.of("--jars", String.join(",", natives)));
    }
    line.add(bundle());
    for (int i = 0; i < words.size(); i++) {
      if (words.get(i).equals("--master")) {
        i++;
      } else if (!words.get(i).startsWith("--master=")) {
        line.add(words.get(i));
      }
    }
    return Messages.shell(line);
  }

  /**
   * Returns the jars that executors need: the bundle, and the native libraries of this platform.
   */
  static List<String> jars() {
    List<String> jars = new ArrayList<>(List.of(bundle()));
    jars.addAll(natives());
    return jars;
  }

  /** Returns the bundle, which Maven writes next to the jar of this class. */
  private static String bundle() {
    return classPath().stream()
        .map(File::getAbsolutePath)
        .filter(path -> path.matches(".*/kgcoop-cluster(-bundle)?\\.jar"))
        .map(path -> path.replaceFirst("(-bundle)?\\.jar$", "-bundle.jar"))
        .findFirst()
        .orElse("kgcoop-cluster-bundle.jar");
  }

  private static List<String> natives() {
    return classPath().stream()
        .map(File::toString)
        .filter(
            path ->
                path.matches(
                    ".*/(javacpp|leptonica|openblas|pytorch)-[^/]*-(linux|macosx|windows)-[^/]*\\.jar"))
        .toList();
  }

  private static List<File> classPath() {
    return Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator))
        .map(File::new)
        .toList();
  }
}
