package org.kgcoop.cli.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.cli.ChildProcess;
import org.kgcoop.cli.SampleDrawings;

@Tag("system")
class ContactSheetTest {
  @TempDir Path folder;

  /**
   * A bare Debian has no fonts. Other systems always have some. Some Java builds have their own
   * list of fonts, and draw the text.
   */
  @Test
  @EnabledOnOs(OS.LINUX)
  void isWrittenOnASystemWithoutFonts() throws IOException, InterruptedException {
    Path drawings = folder.resolve("drawings");
    SampleDrawings.copyTo(drawings, 2);
    Path noFonts = folder.resolve("fonts.conf");
    Files.writeString(noFonts, "<?xml version=\"1.0\"?><fontconfig></fontconfig>");
    Path sheet = folder.resolve("sheet.png");
    ChildProcess process =
        ChildProcess.start(
            List.of("env", "FONTCONFIG_FILE=" + noFonts),
            folder.resolve("log"),
            "inspect",
            drawings,
            "--contact-sheet",
            sheet);
    assertThat(process.exitCode()).as(process.log()).isZero();
    assertThat(sheet).isNotEmptyFile();
  }
}
