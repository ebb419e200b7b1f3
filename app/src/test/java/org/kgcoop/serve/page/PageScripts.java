package org.kgcoop.serve.page;

import com.google.javascript.jscomp.CheckLevel;
import com.google.javascript.jscomp.CommandLineRunner;
import com.google.javascript.jscomp.Compiler;
import com.google.javascript.jscomp.CompilerOptions;
import com.google.javascript.jscomp.CompilerOptions.LanguageMode;
import com.google.javascript.jscomp.DependencyOptions;
import com.google.javascript.jscomp.DiagnosticGroups;
import com.google.javascript.jscomp.SourceFile;
import com.google.javascript.jscomp.WarningLevel;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The scripts of the web pages, checked and compiled by the Closure Compiler. */
final class PageScripts {
  private static final Path MAIN = Path.of("src/main/resources/org/kgcoop/serve");
  private static final Path TESTS = Path.of("src/test/resources/org/kgcoop/serve");

  /** What browsers have and the compiler does not know. */
  private static final String BROWSER =
      """
      /** @externs */
      var sessionStorage; var localStorage; var test; var RUNS;
      """;

  private PageScripts() {}

  /** Returns what is suspicious in all scripts. */
  static List<String> warnings() throws IOException {
    Compiler compiler = compiled(false);
    List<String> warnings = new ArrayList<>();
    Stream.concat(compiler.getErrors().stream(), compiler.getWarnings().stream())
        .forEach(each -> warnings.add(each.toString()));
    return warnings;
  }

  /** Returns all scripts and their unit tests as one script of ECMAScript 5. */
  static String tests() throws IOException {
    Compiler compiler = compiled(true);
    if (compiler.hasErrors()) {
      throw new IllegalStateException(compiler.getErrors().toString());
    }
    return compiler.toSource();
  }

  private static Compiler compiled(boolean withTests) throws IOException {
    List<SourceFile> sources = new ArrayList<>();
    List<Path> folders =
        withTests
            ? List.of(MAIN.resolve("label"), MAIN.resolve("page"), TESTS)
            : List.of(MAIN.resolve("label"), MAIN.resolve("page"));
    for (Path folder : folders) {
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.filter(each -> each.toString().endsWith(".js")).sorted().toList()) {
          // These start their page at once.
          boolean starts =
              List.of("label.js", "page.js", "view.js").contains(file.getFileName().toString());
          if (!withTests || !starts) {
            sources.add(SourceFile.fromCode("page/" + file.getFileName(), Files.readString(file)));
          }
        }
      }
    }
    CompilerOptions options = new CompilerOptions();
    options.setDependencyOptions(DependencyOptions.sortOnly());
    options.setLanguageIn(LanguageMode.ECMASCRIPT_NEXT);
    options.setLanguageOut(withTests ? LanguageMode.ECMASCRIPT5 : LanguageMode.NO_TRANSPILE);
    // The unit tests need neither types nor a browser.
    CompilerOptions.Environment environment =
        withTests ? CompilerOptions.Environment.CUSTOM : CompilerOptions.Environment.BROWSER;
    options.setEnvironment(environment);
    if (!withTests) {
      WarningLevel.VERBOSE.setOptionsForWarningLevel(options);
      options.setWarningLevel(DiagnosticGroups.CHECK_VARIABLES, CheckLevel.ERROR);
      options.setWarningLevel(DiagnosticGroups.UNUSED_LOCAL_VARIABLE, CheckLevel.WARNING);
      options.setWarningLevel(DiagnosticGroups.SUSPICIOUS_CODE, CheckLevel.WARNING);
      options.setWarningLevel(DiagnosticGroups.MISSING_PROPERTIES, CheckLevel.OFF);
      options.setWarningLevel(DiagnosticGroups.STRICT_MISSING_PROPERTIES, CheckLevel.OFF);
      String preact = "export function h(...all) {}\nexport function render(view, into) {}";
      sources.add(SourceFile.fromCode("page/preact.js", preact));
      sources.add(SourceFile.fromCode("page/htm.js", "export default function htm(...all) {}"));
    }
    List<SourceFile> externs = new ArrayList<>(CommandLineRunner.getBuiltinExterns(environment));
    externs.add(SourceFile.fromCode("externs.js", BROWSER));
    Compiler compiler = new Compiler(new PrintStream(OutputStream.nullOutputStream()));
    compiler.disableThreads();
    compiler.compile(externs, sources, options);
    return compiler;
  }
}
