package org.kgcoop.cli.files;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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

/** Checks CLIP weights: the file, its shapes, its tokens, its features. */
final class WeightsCheck {
  /** The prompts of the published example, which shows a diagram. */
  private static final List<String> EXAMPLE = List.of("diagram", "dog", "cat");

  private WeightsCheck() {}

  /** A check: passed, failed, or only a note, which has neither. */
  record Check(String name, Optional<Boolean> passed, String detail) {
    boolean failed() {
      return passed.isPresent() && !passed.get();
    }

    String result() {
      return passed.map(p -> p ? "ok" : "FAILED").orElse("note");
    }
  }

  /**
   * Runs all checks.
   *
   * @param path where the CLIP was loaded from
   * @param image for the published example, or null
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
    checks.add(new Check("fingerprint", Optional.empty(), clip.fingerprint()));
    if (Files.isDirectory(path)) {
      checks.add(new Check("file", Optional.empty(), "a folder: no released file to compare with"));
      return;
    }
    String sha256 = Sha256.of(path);
    for (ReleasedClip release : ReleasedClip.ALL) {
      if (release.sha256().equals(sha256)) {
        checks.add(new Check("file", Optional.of(true), "the released " + release.name()));
        boolean same = release.config().equals(clip.config());
        checks.add(
            new Check(
                "shapes",
                Optional.of(same),
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
    checks.add(
        new Check(
            "file",
            Optional.empty(),
            "none of the released files" + similar + " (" + sha256 + ")"));
  }

  private static void tokens(Tokenizer tokenizer, List<Check> checks) {
    if (tokenizer.vocabularySize() != 49408) {
      checks.add(new Check("tokens", Optional.empty(), "a vocabulary of its own: not compared"));
      return;
    }
    List<Integer> expected = List.of(49406, 320, 1125, 539, 320, 2368, 269, 49407);
    List<Integer> actual = tokenizer.encodeMarked("a photo of a cat.", 77);
    checks.add(
        new Check(
            "tokens", Optional.of(actual.equals(expected)), "\"a photo of a cat.\" is " + actual));
  }

  private static void features(Clip clip, List<Check> checks) {
    ClipConfig config = clip.config();
    Tensor image =
        Tensor.full(0, 1, config.channels(), config.imageResolution(), config.imageResolution());
    finite("image features", clip.imageEncoder().features(image), checks);
    finite("text features", TextFeatures.ofTexts(clip, List.of("a photo of a cat.")), checks);
    double scale = clip.logitScale();
    checks.add(
        new Check(
            "logit scale",
            Optional.of(scale > 0 && Double.isFinite(scale)),
            String.format(Locale.ROOT, "%.4f (the released CLIPs': 100)", scale)));
  }

  private static void finite(String name, Tensor features, List<Check> checks) {
    double norm = features.norm().item();
    checks.add(
        new Check(
            name,
            Optional.of(Double.isFinite(norm) && norm > 0),
            String.format(Locale.ROOT, "norm %.4f", norm)));
  }

  private static void example(Clip clip, @Nullable Path image, List<Check> checks) {
    if (image == null) {
      checks.add(
          new Check(
              "published example",
              Optional.empty(),
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
          new Check(
              "published example",
              Optional.empty(),
              String.format(
                  Locale.ROOT, "a diagram %.7f, a dog %.7f, a cat %.7f", p[0], p[1], p[2])));
    }
  }
}
