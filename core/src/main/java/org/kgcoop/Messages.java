package org.kgcoop;

import static java.util.stream.Collectors.joining;

import com.google.errorprone.annotations.FormatMethod;
import com.google.errorprone.annotations.FormatString;
import java.io.CharConversionException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Formatting of messages. Foreign texts, such as file names and messages of libraries, become safe
 * for a terminal.
 */
public final class Messages {

  /**
   * Control characters, line and paragraph separators, and characters that change the writing
   * direction.
   */
  private static final String UNPRINTABLE = "\\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069";

  private static final Pattern IN_A_LINE = Pattern.compile("[" + UNPRINTABLE + "]");
  private static final Pattern IN_LINES = Pattern.compile("[" + UNPRINTABLE + "&&[^\n\t]]");

  private static final int MAX_SHOWN = 5;

  /**
   * Maximum length of a message, in characters. The longest message that lists all known values
   * fits.
   */
  private static final int MAX_LENGTH = 2000;

  /** The reasons of errors whose own messages are only for programmers. */
  private static final Map<Class<? extends IOException>, String> REASONS =
      Map.of(
          NoSuchFileException.class, "No such file or directory",
          AccessDeniedException.class, "Permission denied",
          EOFException.class, "it ends too early",
          CharacterCodingException.class, "it is not UTF-8 text; save it as UTF-8",
          CharConversionException.class, "it is not UTF-8 text; save it as UTF-8",
          FileAlreadyExistsException.class, "it exists already",
          DirectoryNotEmptyException.class, "the folder is not empty",
          NotDirectoryException.class, "it is not a folder",
          ClosedChannelException.class, "interrupted"); // also the superclass of interruptions

  /** Method names that Jackson mentions in its messages about limits. */
  private static final Pattern JACKSON_DETAILS =
      Pattern.compile(", from `[^`]*`|`StreamRead[^`]*`");

  private Messages() {}

  /**
   * Returns the text as one line, with a question mark for each character that a terminal
   * interprets.
   */
  public static String line(String text) {
    return IN_A_LINE.matcher(text).replaceAll("?");
  }

  /**
   * Returns a text of several lines. It keeps line breaks and tabs, and replaces the other control
   * characters.
   */
  public static String lines(String text) {
    return IN_LINES.matcher(text).replaceAll("?");
  }

  /**
   * Shortens a long error message in the middle. A message may quote a value as long as a file; the
   * beginning has the place and the end has the advice.
   */
  public static String brief(String text) {
    return text.length() <= MAX_LENGTH
        ? text
        : text.substring(0, MAX_LENGTH / 2)
            + " ... "
            + text.substring(text.length() - MAX_LENGTH / 2);
  }

  /** Formats numbers in the same way in every country. */
  @FormatMethod
  public static String format(@FormatString String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** Formats a number of things, such as {@code 1 image} and {@code 2 images}. */
  public static String count(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  /**
   * Returns a cell of a CSV file. A spreadsheet reads it as text, even if it looks like a formula.
   */
  public static String cell(String text) {
    return text.matches("(?s)[=+\\-@\t\r].*") ? "'" + text : text;
  }

  /** Joins the words of a command line with spaces, and quotes those that a shell would change. */
  public static String shell(List<String> words) {
    return words.stream()
        .map(
            word -> word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'")
        .collect(joining(" "));
  }

  /** Lists the first five elements, separated by commas, and the number of the others. */
  public static String firstOf(List<?> elements) {
    String shown = elements.stream().limit(MAX_SHOWN).map(Object::toString).collect(joining(", "));
    return elements.size() <= MAX_SHOWN
        ? shown
        : shown + " and " + (elements.size() - MAX_SHOWN) + " more";
  }

  /** Returns the reason why a file cannot be read or written, in a few words. */
  public static String reason(IOException cause) {
    for (Map.Entry<Class<? extends IOException>, String> known : REASONS.entrySet()) {
      if (known.getKey().isInstance(cause)) {
        return known.getValue();
      }
    }
    String reason = cause instanceof FileSystemException f ? f.getReason() : cause.getMessage();
    return firstLine(reason, cause);
  }

  /** Returns the first line of a library's message, or the class name if there is no message. */
  public static String firstLine(@Nullable String message, Throwable cause) {
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : JACKSON_DETAILS
            .matcher(message.strip().lines().findFirst().orElse(""))
            .replaceAll("")
            .strip();
  }
}
