package org.kgcoop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.EOFException;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.MalformedInputException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import org.junit.jupiter.api.Test;

class MessagesTest {

  @Test
  void terminalControlCharactersBecomeQuestionMarks() {
    assertThat(Messages.line("a\u001b[2Jb\nc\td\u0000e\u009b1mf\u007fg"))
        .isEqualTo("a?[2Jb?c?d?e?1mf?g");
    assertThat(Messages.line("abc\u202etxt.exe\u2028")).isEqualTo("abc?txt.exe?");
    // Persian uses zero-width characters to join and separate letters. They are part of a name.
    assertThat(Messages.line("\u0645\u06cc\u200c\u062f\u0631, \u00e9, \ud83d\udc08"))
        .isEqualTo("\u0645\u06cc\u200c\u062f\u0631, \u00e9, \ud83d\udc08");
  }

  @Test
  void linesAndColumnsOfATableStay() {
    assertThat(Messages.lines("a\tb\nc\rd\u001b")).isEqualTo("a\tb\nc?d?");
  }

  @Test
  void anErrorIsOneLineForAnyNames() {
    assertThat(KgCoopException.data("class 'a\u001b[31m\nkgcoop: done'"))
        .hasMessage("class 'a?[31m?kgcoop: done'");
  }

  @Test
  void aReasonIsPlainEnglish() {
    assertThat(Messages.reason(new EOFException())).isEqualTo("it ends too early");
    assertThat(Messages.reason(new MalformedInputException(1))).contains("UTF-8");
    assertThat(Messages.reason(new NoSuchFileException("x"))).startsWith("No such file");
    assertThat(Messages.reason(new IOException("disk full\n\tat x"))).isEqualTo("disk full");
  }

  @Test
  void aCellIsNoFormula() {
    for (String start : new String[] {"=", "+", "-", "@", "\t", "\r"}) {
      assertThat(Messages.cell(start + "cmd|' /C calc'!A0\n")).startsWith("'" + start);
    }
    assertThat(Messages.cell("red-fox = 1")).isEqualTo("red-fox = 1");
  }

  @Test
  void cutsTheMiddleOfAVeryLongError() {
    String text = "file: 'a" + "x".repeat(100_000) + "': expected a number";
    assertThat(new KgCoopException(KgCoopException.Category.DATA, text).getMessage())
        .startsWith("file: 'ax")
        .contains("x ... x")
        .endsWith("x': expected a number")
        .hasSizeLessThan(2100);
    assertThat(Messages.brief("short")).isEqualTo("short");
  }

  @Test
  void translatesReasonsOfJava() {
    assertThat(Messages.reason(new FileAlreadyExistsException("a"))).isEqualTo("it exists already");
    assertThat(Messages.reason(new DirectoryNotEmptyException("a")))
        .isEqualTo("the folder is not empty");
    assertThat(Messages.reason(new NotDirectoryException("a"))).isEqualTo("it is not a folder");
    assertThat(Messages.reason(new ClosedByInterruptException())).isEqualTo("interrupted");
    assertThat(Messages.reason(new AccessDeniedException("a"))).isEqualTo("Permission denied");
    assertThat(
            Messages.firstLine(
                "String value length (7) exceeds the maximum allowed (5, from"
                    + " `StreamReadConstraints.getMaxStringLength()`)",
                new IOException()))
        .isEqualTo("String value length (7) exceeds the maximum allowed (5)");
  }

  @Test
  void countsInSingularAndPlural() {
    assertThat(Messages.count(1, "image", "images")).isEqualTo("1 image");
    assertThat(Messages.count(0, "image", "images")).isEqualTo("0 images");
  }
}
