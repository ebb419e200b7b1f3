package org.kgcoop.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.kgcoop.KgCoopException;
import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.settings.Declaration;
import org.kgcoop.settings.Setting;
import org.kgcoop.train.TrainingDeclaration;
import picocli.CommandLine;

class HelpCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... words) {
    CommandLine line =
        Main.commandLine(() -> false)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true));
    return line.execute(words);
  }

  /** Returns the text without line breaks. */
  private String text() {
    return out.toString().replaceAll("\\s+", " ");
  }

  private static java.util.List<String> ids() {
    return MethodRegistry.ids();
  }

  @Test
  void everyMethodIsListedWithItsTitleAndSentence() {
    assertThat(run("help", "methods")).isZero();
    for (String id : ids()) {
      Declaration<?> about = MethodRegistry.of(id);
      assertThat(about.sentence()).endsWith(".");
      assertThat(text()).contains(id + " " + about.title() + ": " + about.sentence());
    }
  }

  @ParameterizedTest
  @MethodSource("ids")
  void aPageHasFormulaSourceAndEverySettingWithTypeRangeAndDefault(String id) {
    assertThat(run("help", "method", id)).isZero();
    Declaration<?> method = MethodRegistry.of(id);
    assertThat(method.formula()).isNotEmpty();
    assertThat(text())
        .contains(method.formula())
        .contains(method.paper())
        .contains(method.code().isEmpty() ? "" : "Code: " + method.code());
    for (Setting<?> setting : method.settings()) {
      if (method.keys().contains(setting.key())) {
        assertThat(text())
            .contains(" " + setting.key() + " " + setting.description() + ". " + setting.typeText())
            .contains(setting.range())
            .contains("default: " + setting.defaultValue().description());
      }
    }
    assertThat(out.toString().lines()).allMatch(line -> line.length() <= 120);
  }

  @Test
  void onlyMethodsThatLearnNeedShots() {
    for (String id : ids()) {
      out.getBuffer().setLength(0);
      assertThat(run("help", "method", id)).isZero();
      boolean learns = !id.equals("clip") && !id.equals("ensemble");
      assertThat(text().contains("Needs: shots")).as(id).isEqualTo(learns);
    }
  }

  @Test
  void printsPublishedValuesWithTheirScopeAndSource() {
    assertThat(run("help", "method", "prograd")).isZero();
    assertThat(text())
        .contains("few-shot, OxfordFlowers, DescribableTextures, EuroSAT, from 8 shots: lambda 0.8")
        .contains("number, at least 0; default: 1.0; in published files LOSS.LAMBDA.");
    assertThat(run("help", "method", "tip-adapter")).isZero();
    assertThat(text()).contains("EuroSAT: alpha 2, search_scale 12|10 (gaopengcuhk/Tip-Adapter,");
  }

  @Test
  void listsTheSettingsOfTheTraining() {
    assertThat(run("help", "settings")).isZero();
    for (Setting<?> setting : TrainingDeclaration.all()) {
      assertThat(text())
          .contains(" " + setting.key() + " " + setting.description() + ". " + setting.typeText());
    }
  }

  @Test
  void describesAllOptionsOnRequest() {
    assertThat(run("help", "train")).isZero();
    assertThat(text()).contains("Also: ", "--device", "./kgcoop help train --all");
    assertThat(text()).doesNotContain("Choose the device: cpu, or cuda:N");
    out.getBuffer().setLength(0);
    assertThat(run("help", "train", "--all")).isZero();
    assertThat(text()).contains("Choose the device: cpu, or cuda:N").doesNotContain("Also: ");
    assertThat(run("help", "runs", "table")).isZero();
    assertThat(text()).contains("Usage: kgcoop runs table");
  }

  @Test
  void showsTheHelpOfACommandAndRejectsUnknownOnes() {
    assertThat(run("help", "train")).isZero();
    assertThat(out.toString()).contains("train");
    assertThat(run("help")).isZero();
    assertThat(out.toString()).contains("Start with: ./kgcoop demo");
    assertThat(run("help", "method", "kgcop"))
        .isEqualTo(KgCoopException.Category.CONFIGURATION.exitCode());
    assertThat(err.toString()).contains("did you mean kgcoop?");
    assertThat(run("help", "method")).isEqualTo(2);
    assertThat(run("help", "trian")).isEqualTo(2);
    assertThat(run("help", "train", "more")).isEqualTo(2);
  }
}
