package org.kgcoop.report;

import com.fasterxml.jackson.databind.JsonNode;
import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.kgcoop.io.AtomicFile;

/**
 * The page of a base-to-new run: tables, a chart and the settings in one HTML file that needs no
 * other. It rests on {@code results.json} alone; what is missing there is left out or shown as a
 * dash, so that results of other versions can be shown too.
 */
public final class ReportPage {
  private ReportPage() {}

  /**
   * Writes the page.
   *
   * @param results the content of {@code results.json}
   * @throws org.kgcoop.KgCoopException of the kind IO, naming the file and the cause
   */
  public static void write(JsonNode results, Path file) {
    byte[] page = html(results).getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(file, stream -> stream.write(page));
  }

  private static String html(JsonNode results) {
    TemplateEngine templates =
        TemplateEngine.createPrecompiled(
            null,
            ContentType.Html,
            ReportPage.class.getClassLoader(),
            ReportPage.class.getPackageName());
    StringOutput html = new StringOutput();
    templates.render("page.jte", PageView.of(results), html);
    return html.toString();
  }
}
