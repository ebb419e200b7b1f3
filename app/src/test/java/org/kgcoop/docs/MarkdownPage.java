package org.kgcoop.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Markdown file of the repository, divided into code blocks and other lines.
 *
 * @param file the path of the file from the root of the repository
 * @param lines the lines of the file
 * @param code whether each line is in a code block
 */
public record MarkdownPage(Path file, List<String> lines, List<Boolean> code) {
  /** The root of the repository. */
  public static final Path TOP = Path.of("..").toAbsolutePath().normalize();

  private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~)\\s*(\\w*).*");
  private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*");
  private static final Pattern LINK =
      Pattern.compile("\\]\\(<?([^)\\s>]+)>?(?:\\s+\"[^\"]*\")?\\)|^\\[[^\\]]+\\]:\\s+(\\S+)");
  private static final Pattern COMMAND =
      Pattern.compile("\\s*(?:\\$ )?(?:[A-Z_]+=\\S* +)*(?:\\S*/)?kgcoop( .*)?");

  /** Languages of code blocks that contain commands. */
  private static final Set<String> SHELLS = Set.of("", "sh", "bash", "shell", "console");

  /** Matches a command in a text, such as an example in the help. */
  private static final Pattern EXAMPLE = Pattern.compile("\\s*\\./kgcoop .*");

  /** Matches a command with arguments within a sentence. */
  private static final Pattern WITHIN = Pattern.compile("`\\./kgcoop ([^\\s`]+ [^`]+)`");

  /** Matches a word that stands for others, such as {@code NAME} or {@code DIR...}. */
  private static final Pattern PLACEHOLDER = Pattern.compile("(\\w+:)?[A-Z]{2,}|.*\\.\\.\\.");

  /**
   * A shell line that calls the program, without the name of the program.
   *
   * @param heading the last heading before the line
   */
  public record Call(Path file, int line, String heading, List<String> words) {
    @Override
    public String toString() {
      return file + ":" + line + ": kgcoop " + String.join(" ", words);
    }
  }

  /** A link within the repository. */
  public record Link(Path file, int line, String target) {}

  /** Returns the pages of the repository. */
  public static List<MarkdownPage> all() throws IOException {
    List<MarkdownPage> pages = new ArrayList<>();
    for (String folder : List.of("", ".github", "cluster")) {
      pages.addAll(in(folder, 1));
    }
    pages.addAll(in("docs", Integer.MAX_VALUE));
    pages.addAll(in("embedded/src/main/resources", Integer.MAX_VALUE));
    return pages;
  }

  /** Returns the README and the pages in docs. */
  public static List<MarkdownPage> guides() throws IOException {
    List<MarkdownPage> pages = new ArrayList<>(List.of(read(Path.of("README.md"))));
    pages.addAll(in("docs", Integer.MAX_VALUE));
    return pages;
  }

  private static List<MarkdownPage> in(String folder, int depth) throws IOException {
    List<MarkdownPage> pages = new ArrayList<>();
    try (Stream<Path> files = Files.walk(TOP.resolve(folder), depth)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".md")).sorted().toList()) {
        pages.add(read(TOP.relativize(file)));
      }
    }
    return pages;
  }

  /** Reads a page, given its path from the root of the repository. */
  public static MarkdownPage read(Path file) throws IOException {
    return of(file, Files.readAllLines(TOP.resolve(file)));
  }

  static MarkdownPage of(Path file, List<String> lines) {
    List<Boolean> code = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      boolean fence = FENCE.matcher(line).matches();
      code.add(inside || fence);
      inside ^= fence;
    }
    return new MarkdownPage(file, List.copyOf(lines), code);
  }

  /**
   * Returns the calls of the program in shell code blocks, the examples in text blocks, and the
   * commands within sentences that have arguments and no placeholder.
   */
  public List<Call> calls() {
    List<Call> calls = new ArrayList<>();
    String language = "";
    String heading = "";
    boolean inside = false;
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (fence.matches()) {
        inside = !inside;
        language = fence.group(2);
      } else if (!inside) {
        Matcher title = HEADING.matcher(lines.get(i));
        heading = title.matches() ? title.group(1) : heading;
        addWithin(lines.get(i), i + 1, heading, calls);
      } else if (isCall(lines.get(i), language)) {
        int first = i;
        StringBuilder text = new StringBuilder(lines.get(i));
        while (text.charAt(text.length() - 1) == '\\') {
          text.setLength(text.length() - 1);
          text.append(lines.get(++i));
        }
        List<String> words = ShellWords.of(text.toString());
        words.subList(0, program(words) + 1).clear();
        calls.add(new Call(file, first + 1, heading, words));
      }
    }
    return calls;
  }

  /**
   * Returns the commands of other programs in shell code blocks, each in one line. In a block
   * without a language, which can also show an output, these are the lines after {@code $}.
   */
  public List<String> otherCommands() {
    List<String> commands = new ArrayList<>();
    String language = "";
    boolean inside = false;
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (fence.matches()) {
        inside = !inside;
        language = fence.group(2);
        continue;
      }
      StringBuilder text = new StringBuilder(lines.get(i));
      while (inside && text.length() > 0 && text.charAt(text.length() - 1) == '\\') {
        text.setLength(text.length() - 1);
        text.append(lines.get(++i));
      }
      String line = text.toString();
      boolean shell = SHELLS.contains(language) && !language.isEmpty();
      if (inside && (shell || line.startsWith("$ ")) && !COMMAND.matcher(line).matches()) {
        commands.add(line.replaceFirst("^\\$ ", "").replaceFirst("\\s+# .*", "").strip());
      }
    }
    commands.removeIf(String::isEmpty);
    return commands;
  }

  private void addWithin(String text, int line, String heading, List<Call> calls) {
    Matcher command = WITHIN.matcher(text);
    while (command.find()) {
      List<String> words = ShellWords.of(command.group(1));
      if (words.stream().noneMatch(word -> PLACEHOLDER.matcher(word).matches())) {
        calls.add(new Call(file, line, heading, words));
      }
    }
  }

  private static boolean isCall(String line, String language) {
    return language.equals("text")
        ? EXAMPLE.matcher(line).matches()
        : SHELLS.contains(language) && COMMAND.matcher(line).matches();
  }

  private static int program(List<String> words) {
    int at = 0;
    while (!words.get(at).equals("kgcoop") && !words.get(at).endsWith("/kgcoop")) {
      at++;
    }
    return at;
  }

  /** Returns the links, except links to other sites. */
  public List<Link> links() {
    List<Link> links = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher link = LINK.matcher(code.get(i) ? "" : lines.get(i).replaceAll("`[^`]*`", "x"));
      while (link.find()) {
        String target = link.group(1) != null ? link.group(1) : link.group(2);
        if (!target.matches("[a-z]+:.*")) {
          links.add(new Link(file, i + 1, target));
        }
      }
    }
    return links;
  }

  /** Returns the anchors that GitHub assigns to the headings. */
  public Set<String> anchors() {
    Set<String> anchors = new TreeSet<>();
    Map<String, Integer> times = new HashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher heading = HEADING.matcher(lines.get(i));
      if (!code.get(i) && heading.matches()) {
        String anchor = anchor(heading.group(1));
        int before = times.merge(anchor, 1, Integer::sum) - 1;
        anchors.add(before == 0 ? anchor : anchor + "-" + before);
      }
    }
    return anchors;
  }

  /** Returns letters, digits, hyphens and underscores in lower case. A space becomes a hyphen. */
  private static String anchor(String heading) {
    return heading
        .replaceAll("!?\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
        .toLowerCase(Locale.ROOT)
        .replaceAll("[^\\p{L}\\p{N}\\- _]", "")
        .replace(' ', '-');
  }
}
