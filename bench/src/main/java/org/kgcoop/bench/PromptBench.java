package org.kgcoop.bench;

import org.kgcoop.classifier.MethodRegistry;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.method.PromptMethod;
import org.kgcoop.prompt.PromptText;
import org.kgcoop.settings.SettingValues;
import picocli.CommandLine.Option;

/** A benchmark of a step of a method that learns a prompt. */
abstract class PromptBench extends StepBench {
  @Option(
      names = "--context",
      description = "Number of context tokens (default: ${DEFAULT-VALUE}).")
  int context = 4;

  PromptBench(int batch) {
    super(batch, "kgcoop");
  }

  SettingValues settings(String id) {
    SettingValues settings = SettingValues.of("method", id).with("context_tokens", context);
    return MethodRegistry.keys(id).contains("words")
        ? settings.with("words", context == 4 ? "a photo of a" : "")
        : settings;
  }

  /** Returns the floating-point operations of the texts of a step. */
  double flop(Clip clip, PromptMethod prompt, int images) {
    double passes = prompt.id().equals("prograd") ? 3 : 2;
    double times = prompt.id().equals("cocoop") ? images : 1;
    PromptText text = PromptText.learned(clip, names(), prompt.context());
    return passes * times * flop(clip.config(), text);
  }

  /**
   * Returns the floating-point operations of one pass over the packed tokens. The last block
   * computes only the ends of texts.
   */
  private static double flop(ClipConfig config, PromptText text) {
    int shared = config.text().form().isCausal() ? text.sharedLength() : 0;
    double rows =
        config.text().form().endsAtEndOfText()
            ? shared + text.texts().stream().mapToInt(row -> row.end() + 1 - shared).sum()
            : (double) config.contextLength() * text.classes();
    double square = (double) config.textWidth() * config.textWidth();
    double whole = 24 * square * rows * (config.textLayers() - 1);
    return whole + 4 * square * rows + 20 * square * text.classes();
  }
}
