package org.kgcoop.verify;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.bank.PictureEncoder;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.Tokenizer;
import org.kgcoop.image.Images;
import org.kgcoop.io.Fingerprints;
import org.kgcoop.prompt.FeatureClassifier;
import org.kgcoop.prompt.TextFeatures;
import org.kgcoop.prompt.ZeroShot;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.Functions;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** Checks CLIP weights as a whole: the file, its shapes, its tokens, its features. */
public final class ReleasedWeights {
  /** The prompts of the published example, which shows a diagram. */
  private static final List<String> EXAMPLE = List.of("diagram", "dog", "cat");

  private ReleasedWeights() {}

  /**
   * A released file: its SHA-256 stands in its download address.
   *
   * @param config what its weights must say
   */
  private record Release(String name, String sha256, ClipConfig config) {}

  private static final List<Release> RELEASES =
      List.of(
          resNet(
              "RN50",
              "afeb0e10f9e5a86da6080e35cf09123aca3b358a0c3e3b6c78a7b63bc04b6762",
              1024,
              224,
              List.of(3, 4, 6, 3),
              64,
              512),
          resNet(
              "RN101",
              "8fa8567bab74a42d41c5915025a8e4538c3bdbe8804a470a72f30b0d94fab599",
              512,
              224,
              List.of(3, 4, 23, 3),
              64,
              512),
          resNet(
              "RN50x4",
              "7e526bd135e493cef0776de27d5f42653e6b4c8bf9e0f653bb11773263205fdd",
              640,
              288,
              List.of(4, 6, 10, 6),
              80,
              640),
          resNet(
              "RN50x16",
              "52378b407f34354e150460fe41077663dd5b39c54cd0bfd2b27167a4a06ec9aa",
              768,
              384,
              List.of(6, 8, 18, 8),
              96,
              768),
          resNet(
              "RN50x64",
              "be1cfb55d75a9666199fb2206c106743da0f6468c9d327f3e0d0a543a9919d9c",
              1024,
              448,
              List.of(3, 15, 36, 10),
              128,
              1024),
          vit(
              "ViT-B/32",
              "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
              512,
              224,
              12,
              768,
              32,
              512),
          vit(
              "ViT-B/16",
              "5806e77cd80f8b59890b7e101eabd078d9fb84e6937f9e85e4ecb61988df416f",
              512,
              224,
              12,
              768,
              16,
              512),
          vit(
              "ViT-L/14",
              "b8cca3fd41ae0c99ba7e8951adf17d267cdb84cd88be6f7c2e0eca1737a03836",
              768,
              224,
              24,
              1024,
              14,
              768),
          vit(
              "ViT-L/14@336px",
              "3035c92b350959924f9f00213499208652fc7ea050643e8b385c2dac08641f02",
              768,
              336,
              24,
              1024,
              14,
              768));

  private static Release vit(
      String name, String sha256, int embed, int size, int layers, int width, int patch, int text) {
    return release(
        name, sha256, embed, size, text, new ClipConfig.Vit(width, layers, patch, width / 64));
  }

  private static Release resNet(
      String name, String sha256, int embed, int size, List<Integer> layers, int width, int text) {
    return release(
        name, sha256, embed, size, text, new ClipConfig.ResNet(width, layers, width * 32 / 64));
  }

  private static Release release(
      String name, String sha256, int embed, int size, int text, ClipConfig.Vision vision) {
    return new Release(
        name,
        sha256,
        new ClipConfig(
            embed, size, 3, 77, 49408, text, text / 64, 12, Activation.QUICK_GELU, vision));
  }

  /** A check: passed, failed, or only a note, which has neither. */
  public record Check(String name, Optional<Boolean> passed, String detail) {}

  /**
   * Runs all checks.
   *
   * @param path where the CLIP was loaded from
   * @param picture for the published example, or null
   */
  public static List<Check> check(Path path, Clip clip, @Nullable Path picture) {
    List<Check> checks = new ArrayList<>();
    try (Scope scope = Scope.open("checks");
        Autograd.Switch off = Autograd.off()) {
      file(path, clip, checks);
      tokens(clip.tokenizer(), checks);
      features(clip, checks);
      example(clip, picture, checks);
    }
    return checks;
  }

  private static void file(Path path, Clip clip, List<Check> checks) {
    checks.add(new Check("fingerprint", Optional.empty(), clip.fingerprint()));
    if (Files.isDirectory(path)) {
      checks.add(new Check("file", Optional.empty(), "a folder: no released file to compare with"));
      return;
    }
    String sha256 = sha256(path);
    for (Release release : RELEASES) {
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
        RELEASES.stream()
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
            String.format(Locale.ROOT, "%.4f (released: 100)", scale)));
  }

  private static void finite(String name, Tensor features, List<Check> checks) {
    double norm = features.norm().item();
    checks.add(
        new Check(
            name,
            Optional.of(Double.isFinite(norm) && norm > 0),
            String.format(Locale.ROOT, "norm %.4f", norm)));
  }

  private static void example(Clip clip, @Nullable Path picture, List<Check> checks) {
    if (picture == null) {
      checks.add(
          new Check(
              "published example",
              Optional.empty(),
              "give the picture CLIP.png of the CLIP repository with --picture; with ViT-B/32 its"
                  + " README prints 0.9927937, 0.00421068, 0.00299572"));
      return;
    }
    ZeroShot method = new ZeroShot(List.of("a {}"));
    try (FeatureClassifier classifier = method.classifier(clip, EXAMPLE)) {
      Images images = new Images(warning -> {});
      Tensor features = new PictureEncoder(clip, images).of(List.of(images.read(picture)));
      float[] p = Functions.softmax(classifier.logits(features), 1).toFloats();
      checks.add(
          new Check(
              "published example",
              Optional.empty(),
              String.format(
                  Locale.ROOT, "a diagram %.7f, a dog %.7f, a cat %.7f", p[0], p[1], p[2])));
    }
  }

  private static String sha256(Path path) {
    try {
      return Fingerprints.file(path);
    } catch (IOException e) {
      throw KgCoopException.io(path + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
