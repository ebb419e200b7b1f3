package org.kgcoop;

import static java.util.stream.Collectors.joining;

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
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Texts of others, such as names in files and reasons of libraries, made fit for a terminal. */
public final class Messages {

  /** Control characters, separators of lines and paragraphs, what turns the way of writing. */
  private static final String UNPRINTABLE = "\\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069";

  private static final Pattern IN_A_LINE = Pattern.compile("[" + UNPRINTABLE + "]");
  private static final Pattern IN_LINES = Pattern.compile("[" + UNPRINTABLE + "&&[^\n\t]]");

  private static final int SHOWN = 5;

  /** Characters of a message: the longest that names all known values. */
  private static final int LONGEST = 2000;

  /** Names of methods by which Jackson tells programmers of a limit. */
  private static final Pattern OF_JACKSON = Pattern.compile(", from `[^`]*`|`StreamRead[^`]*`");

  private Messages() {}

  /** Text as one line: with a ? for each character that a terminal would act upon. */
  public static String line(String text) {
    return IN_A_LINE.matcher(text).replaceAll("?");
  }

  /** Text of several lines, made so on purpose: line breaks and tabs stay. */
  public static String lines(String text) {
    return IN_LINES.matcher(text).replaceAll("?");
  }

  /**
   * Text of an error without the middle of a value that it repeats, which may be all of a file:
   * what and where stands in front, what to try at the end.
   */
  public static String brief(String text) {
    return text.length() <= LONGEST
        ? text
        : text.substring(0, LONGEST / 2) + " ... " + text.substring(text.length() - LONGEST / 2);
  }

  /** A number of things, such as {@code 1 image} and {@code 2 images}. */
  public static String count(long count, String one, String many) {
    return count + " " + (count == 1 ? one : many);
  }

  /** A cell of a CSV file: a spreadsheet takes it for text, be it written like a formula. */
  public static String cell(String text) {
    return text.matches("(?s)[=+\\-@\t\r].*") ? "'" + text : text;
  }

  /** The first five of a list, separated by commas, and the number of the others. */
  public static String firstOf(List<?> elements) {
    String shown = elements.stream().limit(SHOWN).map(Object::toString).collect(joining(", "));
    return elements.size() <= SHOWN ? shown : shown + " and " + (elements.size() - SHOWN) + " more";
  }

  /** The reason why a file cannot be read or written, in a few words. */
  public static String reason(IOException cause) {
    if (cause instanceof NoSuchFileException) {
      return "No such file or directory";
    }
    if (cause instanceof AccessDeniedException) {
      return "Permission denied";
    }
    if (cause instanceof EOFException) {
      return "it ends too early";
    }
    if (cause instanceof CharacterCodingException || cause instanceof CharConversionException) {
      return "it is no text in UTF-8; save it as UTF-8";
    }
    if (cause instanceof FileAlreadyExistsException) {
      return "it exists already";
    }
    if (cause instanceof DirectoryNotEmptyException) {
      return "the folder is not empty";
    }
    if (cause instanceof NotDirectoryException) {
      return "it is no folder";
    }
    if (cause instanceof ClosedChannelException) { // whose kind are interrupted ones
      return "interrupted";
    }
    String reason = cause instanceof FileSystemException f ? f.getReason() : cause.getMessage();
    return firstLine(reason, cause);
  }

  /** The first line of a library's message; where there is none, the name of its class. */
  public static String firstLine(@Nullable String message, Throwable cause) {
    return message == null || message.isBlank()
        ? cause.getClass().getSimpleName()
        : OF_JACKSON.matcher(message.strip().lines().findFirst().orElse("")).replaceAll("").strip();
  }
}
