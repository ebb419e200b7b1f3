package org.kgcoop.example;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.kgcoop.KgCoopException;
import org.kgcoop.api.Adaptation;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.api.Embedder;
import org.kgcoop.api.Training;
import org.kgcoop.api.TrainingListener;
import org.kgcoop.classifier.ClassifierFile;
import org.kgcoop.clip.Clip;
import org.kgcoop.image.RgbImage;

/** Calls each public method of {@code org.kgcoop.api} once, with types of the API only. */
public final class ApiTour {
  private final Clip clip;
  private final Path photos;
  private final Path image;
  private final Path out;

  /** Prepares the calls with a folder of class folders, one of its images, and a new folder. */
  public ApiTour(Clip clip, Path photos, Path image, Path out) {
    this.clip = clip;
    this.photos = photos;
    this.image = image;
    this.out = out;
  }

  /** Trains a classifier, and returns what the listener received. */
  public List<Object> train() {
    List<Object> received = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void step(Step step) {
            TrainingListener.super.message("step");
            TrainingListener.super.progress("step", 1, 1);
            received.addAll(List.of(step.number(), step.epoch(), step.epochs(), step.rate()));
            received.addAll(List.of(step.losses(), step.loss()));
          }
        };
    Training.Outcome run =
        Training.of(clip, photos)
            .method("kgcoop")
            .set("context_tokens", 2)
            .training("epochs", 1)
            .calibrated()
            .allShots()
            .shots(2)
            .seed(2)
            .template("a {}.")
            .cache(out.resolve("cache"))
            .listener(listener)
            .cancelledBy(() -> false)
            .into(out.resolve("run"));
    received.add(run.folder());
    received.add(run.accuracy());
    return received;
  }

  /** Adapts to the images, and returns the result. */
  public Adaptation.Outcome adapt(Path plan) {
    Adaptation.Outcome best =
        Adaptation.of(clip, photos)
            .minutes(1)
            .plan(plan)
            .unseen("horse")
            .shots(2)
            .seed(1)
            .labels("random")
            .unknown(photos)
            .skippingUnreadable()
            .template("a {}.")
            .cache(out.resolve("cache"))
            .listener(step -> {})
            .cancelledBy(() -> false)
            .into(out.resolve("adapted"));
    best.expected()
        .ifPresent(a -> check(a.low() <= a.percent() && a.percent() <= a.high() && a.images() > 0));
    check(best.folder().endsWith("adapted") && !best.method().isEmpty());
    return best;
  }

  /** Classifies the image in every form. */
  public void classify(Path run) throws IOException {
    ClassifierFile file = ClassifierFile.read(run.resolve("classifier.safetensors"));
    check(file.clip().fingerprint().equals(clip.fingerprint()));
    byte[] bytes = Files.readAllBytes(image);
    BufferedImage buffered = javax.imageio.ImageIO.read(image.toFile());
    RgbImage pixels = RgbImage.of(buffered);
    try (Classifier own = Classifier.load(run);
        Classifier given = Classifier.load(run, clip);
        Classifier other = Classifier.of(file, clip, List.of("cow", "owl"));
        Classifier zeroShot = Classifier.zeroShot(clip, file.classNames(), "a {}.")) {
      Classification expected = own.classify(image);
      check(expected.equals(given.classify(bytes)) && expected.hashCode() != 0);
      check(expected.equals(given.classify(new ByteArrayInputStream(bytes))));
      check(expected.equals(given.classify(buffered)) && expected.equals(given.classify(pixels)));
      check(expected.equals(given.classifyAll(List.of(image)).get(0)));
      check(expected.equals(given.ofFeatures(given.features(List.of(image))).get(0)));
      check(given.classFeatures().orElseThrow().length == given.classNames().size());
      check(!given.hasOwnEncoder() && given.method().equals("kgcoop"));
      check(given.temperature() > 0 && given.threshold().isPresent());
      check(given.template().equals("a {}.") && other.classNames().contains("cow"));
      check(zeroShot.classify(image).isAccepted());
      Classification.Candidate best = expected.best();
      check(best.equals(expected.top(1).get(0)) && best.equals(expected.ranking().get(0)));
      check(best.probability() == expected.probabilities()[best.index()]);
      check(best.toString().startsWith(best.className()));
      check(expected.toString().equals(best.toString()));
    }
  }

  /** Computes features of the image in every form, and of texts. */
  public void embed() throws IOException {
    Embedder embedder = Embedder.unit(clip);
    byte[] bytes = Files.readAllBytes(image);
    BufferedImage buffered = javax.imageio.ImageIO.read(image.toFile());
    Map<String, float[]> all =
        Map.of(
            "path", embedder.embed(image),
            "bytes", embedder.embed(bytes),
            "stream", embedder.embed(new ByteArrayInputStream(bytes)),
            "buffered", embedder.embed(buffered),
            "pixels", embedder.embed(RgbImage.of(buffered)),
            "several", embedder.embedAll(List.of(image)).get(0));
    all.values().forEach(each -> check(java.util.Arrays.equals(each, all.get("path"))));
    check(Embedder.raw(clip).embedText("a cat").length == embedder.width());
    check(embedder.embedTexts(List.of("a cat", "a dog")).size() == 2);
  }

  /** Uses the embedded data sets. */
  public void embedded() {
    Training.ofEmbedded(clip, "places");
    Adaptation.ofEmbedded(clip, "places");
    try {
      Clip.load("hf:kgcoop-test/there-is-no-such-model", question -> false);
      check(false);
    } catch (KgCoopException e) {
      check(e.category() == KgCoopException.Category.IO);
    }
  }

  private static void check(boolean fact) {
    if (!fact) {
      throw new IllegalStateException("not as documented");
    }
  }
}
