package org.kgcoop.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the Java file for jbang in docs/examples, without jbang. */
class JbangScriptTest {
  @TempDir Path folder;

  private static String script() throws Exception {
    return Files.readString(MarkdownPage.TOP.resolve("docs/examples/jbang/Classify.java"));
  }

  @Test
  void itClassifiesTheDrawing() throws Exception {
    Path source = Files.writeString(folder.resolve("Classify.java"), script());
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int exitCode =
        ToolProvider.getSystemJavaCompiler()
            .run(null, said, said, "-proc:none", "-d", folder.toString(), source.toString());
    assertThat(exitCode).as(said.toString(StandardCharsets.UTF_8)).isZero();
    PrintStream before = System.out;
    try (URLClassLoader loader = new URLClassLoader(new URL[] {folder.toUri().toURL()});
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8)) {
      Method main = loader.loadClass("Classify").getDeclaredMethod("main", String[].class);
      main.setAccessible(true); // as a launcher does for a class that is not public
      System.setOut(out);
      main.invoke(
          null,
          (Object)
              new String[] {
                "embedded",
                MarkdownPage.TOP.resolve("docs/drawing.png").toString(),
                "cat",
                "umbrella"
              });
    } finally {
      System.setOut(before);
    }
    assertThat(said.toString(StandardCharsets.UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> line.matches("(cat|umbrella) [01]\\.\\d{3}"))
        .first()
        .asString()
        .startsWith("umbrella");
  }

  @Test
  void itsLibrariesHaveTheVersionsOfTheBuild() throws Exception {
    String pom = Files.readString(MarkdownPage.TOP.resolve("pom.xml"));
    Matcher property = Pattern.compile("<([\\w.]+)>([^<]+)</\\1>").matcher(pom);
    List<String> expected =
        List.of(
            "org.kgcoop:kgcoop-core:${revision}",
            "org.kgcoop:kgcoop-embedded:${revision}",
            "org.bytedeco:javacpp:${javacpp.version}:linux-x86_64",
            "org.bytedeco:leptonica:${leptonica.version}:linux-x86_64",
            "org.bytedeco:openblas:${openblas.version}:linux-x86_64",
            "org.bytedeco:pytorch:${pytorch.version}:linux-x86_64");
    String all = String.join("\n", expected);
    for (int round = 0; round < 2; round++) { // a version contains another one
      for (property.reset(); property.find(); ) {
        all = all.replace("${" + property.group(1) + "}", property.group(2));
      }
    }
    assertThat(script().lines().filter(line -> line.startsWith("//DEPS ")))
        .containsExactlyElementsOf(all.lines().map(line -> "//DEPS " + line).toList());
  }
}
