package org.kgcoop.cli.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.ReleasedClip;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.files.Sha256;
import org.kgcoop.image.Images;
import org.kgcoop.method.ZeroShot;
import org.kgcoop.model.Head;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A check of CLIP weights: the file, the tensor shapes, the tokenizer and the features. */
final class WeightsCheck {
  /** The prompts of the published example, whose image shows a diagram. */
  private static final List<String> EXAMPLE = List.of("diagram", "dog", "cat");

  private static final String FAILED = "FAILED";

  private WeightsCheck() {}

  /**
   * A check.
   *
   * @param result ok, FAILED, or note for a check without a verdict
   */
  record Check(String check, String result, String detail) {
    private static Check of(String name, boolean passed, String detail) {
      return new Check(name, passed ? "ok" : FAILED, detail);
    }

    private static Check note(String name, String detail) {
      return new Check(name, "note", detail);
    }

    boolean failed() {
      return result.equals(FAILED);
    }
  }

  /**
   * Runs all checks.
   *
   * @param path the path of the loaded weights
   * @param image the image of the published example, or null
   */
  static List<Check> check(Path path, Clip clip, @Nullable Path image) {
    List<Check> checks = new ArrayList<>();
    try (Scope scope = Scope.open("checks");
        Autograd.Switch off = Autograd.off()) {
      file(path, clip, checks);
      tokens(clip.tokenizer(), checks);
      features(clip, checks);
      example(clip, image, checks);
    }
    return checks;
  }

  private static void file(Path path, Clip clip, List<Check> checks) {
    checks.add(Check.note("fingerprint", clip.fingerprint()));
    if (Files.isDirectory(path)) {
      checks.add(Check.note("file", "a folder: no released file to compare with"));
      return;
    }
    String sha256 = Sha256.of(path);
    for (ReleasedClip release : ReleasedClip.ALL) {
      if (release.sha256().equals(sha256)) {
        checks.add(Check.of("file", true, "the released " + release.name()));
        boolean same = release.config().equals(clip.config());
        checks.add(
            Check.of(
                "shapes",
                same,
                same ? "as released" : clip.config() + ", expected " + release.config()));
        return;
      }
    }
    String similar =
        ReleasedClip.ALL.stream()
            .filter(r -> r.config().equals(clip.config()))
            .map(r -> ", but of the shapes of " + r.name())
            .findFirst()
            .orElse("");
    checks.add(Check.note("file", "none of the released files" + similar + " (" + sha256 + ")"));
  }

  private static void tokens(Tokenizer tokenizer, List<Check> checks) {
    if (tokenizer.vocabularySize() != 49408) {
      checks.add(Check.note("tokens", "a vocabulary of its own: not compared"));
      return;
    }
    List<Integer> expected = List.of(49406, 320, 1125, 539, 320, 2368, 269, 49407);
    List<Integer> actual = tokenizer.encodeMarked("a photo of a cat.", 77);
    checks.add(Check.of("tokens", actual.equals(expected), "\"a photo of a cat.\" is " + actual));
  }

  private static void features(Clip clip, List<Check> checks) {
    ClipConfig config = clip.config();
    Tensor image =
        Tensor.full(0, 1, config.channels(), config.imageResolution(), config.imageResolution());
    finite("image features", clip.imageEncoder().features(image), checks);
    finite("text features", TextFeatures.ofTexts(clip, List.of("a photo of a cat.")), checks);
    double scale = clip.logitScale();
    checks.add(
        Check.of(
            "logit scale",
            scale > 0 && Double.isFinite(scale),
            String.format(Locale.ROOT, "%.4f (the released CLIPs': 100)", scale)));
  }

  private static void finite(String name, Tensor features, List<Check> checks) {
    double norm = features.norm().item();
    checks.add(
        Check.of(
            name,
            Double.isFinite(norm) && norm > 0,
            String.format(Locale.ROOT, "norm %.4f", norm)));
  }

  private static void example(Clip clip, @Nullable Path image, List<Check> checks) {
    if (image == null) {
      checks.add(
          Check.note(
              "published example",
              "give the image CLIP.png of the CLIP repository with --image; with ViT-B/32 its"
                  + " README prints 0.9927937, 0.00421068, 0.00299572"));
      return;
    }
    ZeroShot method = new ZeroShot(List.of("a {}"));
    try (Head classifier = method.classifier(clip, EXAMPLE)) {
      Images images = new Images(warning -> {});
      Tensor features = new ViewEncoder(clip, images).of(List.of(images.read(image)));
      float[] p = classifier.probabilities(features).toFloats();
      checks.add(
          Check.note(
              "published example",
              String.format(
                  Locale.ROOT, "a diagram %.7f, a dog %.7f, a cat %.7f", p[0], p[1], p[2])));
    }
  }
}
