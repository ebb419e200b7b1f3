package org.kgcoop.classifier;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Activation;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.EmbeddedClip;
import org.kgcoop.clip.ReleasedWeights;
import org.kgcoop.files.Folders;
import org.kgcoop.files.Json;

/**
 * The CLIP model that a classifier was trained with. The classifier file contains the name of the
 * weights, if they have a public one. Otherwise, the record of the run contains their path, so that
 * a classifier file never contains the names of private folders. A file of others must not start a
 * download, so the weights are only searched on this machine.
 *
 * @param fingerprint the {@link Clip#fingerprint fingerprint} of the weights; empty if the file
 *     does not contain it
 * @param name the {@link Clip#name name} of the weights; empty if they have none
 * @param activation the activation of both encoders, or those of texts and images with a slash;
 *     empty if the file does not contain it
 * @param maxPatches the maximum number of patches of an image; 0 for a model that resizes all
 *     images to squares, or if the file does not contain it
 * @param precision the precision of the features of the training
 */
public record RecordedClip(
    String fingerprint,
    String name,
    String activation,
    int maxPatches,
    FeaturePrecision precision) {

  /** The records next to a classifier file that may have the path of the weights. */
  private static final List<String> RECORDS = List.of("run.json", "tags.json");

  /** Returns the model with everything that a classifier file contains. */
  public static RecordedClip of(Clip clip) {
    return new RecordedClip(
        clip.fingerprint(),
        clip.name(),
        activation(clip),
        clip.maxPatches(),
        FeaturePrecision.of(clip));
  }

  /** Returns a model of which only the fingerprint is known, or nothing if it is empty. */
  public static RecordedClip ofFingerprint(String fingerprint) {
    return new RecordedClip(fingerprint, "", "", 0, FeaturePrecision.FLOAT32);
  }

  private static String activation(Clip clip) {
    Activation texts = clip.config().text().activation();
    Activation images = clip.config().visionActivation();
    String names = texts == images ? texts.name() : texts.name() + "/" + images.name();
    return names.toLowerCase(Locale.ROOT);
  }

  /** Returns this model with features of float32. */
  public RecordedClip inFloat32() {
    return new RecordedClip(fingerprint, name, activation, maxPatches, FeaturePrecision.FLOAT32);
  }

  /**
   * Returns the options for loading the model again, with the settings that its own configuration
   * files may not have.
   *
   * @param options other options; an activation or a number of patches that they contain stays
   */
  public Clip.Options options(Clip.Options options) {
    boolean isOne = !activation.isEmpty() && !activation.contains("/");
    return new Clip.Options(
        options.precision(),
        options.device(),
        options.tokenizer(),
        options.activation() == null && isOne
            ? Activation.ofName(activation)
            : options.activation(),
        options.maxPatches() == 0 ? maxPatches : options.maxPatches());
  }

  /**
   * Checks that a model computes the features that the classifier was trained with.
   *
   * @throws KgCoopException if it does not
   */
  void check(Clip clip) {
    if (!fingerprint.isEmpty() && !fingerprint.equals(clip.fingerprint())) {
      throw KgCoopException.weights(
          "the classifier was trained with another CLIP (fingerprint %s, this one is %s): give the weights that it was trained with"
              .formatted(brief(fingerprint), brief(clip.fingerprint())));
    }
    if (!activation.isEmpty() && !activation.equals(activation(clip))) {
      throw KgCoopException.configuration(
          "the classifier was trained with the activation %s, and this CLIP has %s: leave out --clip, or state this activation in the config.json next to the weights"
              .formatted(activation, activation(clip)));
    }
    if (maxPatches > 0 && maxPatches != clip.maxPatches()) {
      throw KgCoopException.configuration(
          "the classifier was trained with at most %s patches per image, and this CLIP has %s: add --max-patches %s"
              .formatted(maxPatches, clip.maxPatches(), maxPatches));
    }
  }

  private static String brief(String fingerprint) {
    return fingerprint.substring(0, Math.min(12, fingerprint.length()));
  }

  /**
   * Returns the weights of a classifier; empty if nothing is recorded, or for the embedded CLIP.
   *
   * @param classifier the run folder, or the classifier file
   * @param option the way to give other weights, for the error message
   * @throws KgCoopException of the category WEIGHTS if they are not on this machine
   */
  public Optional<Path> find(Path classifier, String option) {
    if (!name.isEmpty()) {
      return Optional.of(named(classifier, name, option));
    }
    String path = path(classifier);
    if (path.isEmpty() || path.equals(EmbeddedClip.NAME)) {
      return Optional.empty();
    }
    if (!exists(path)) {
      throw KgCoopException.weights(
          "%s was trained with %s, and there is no such file or folder: give %s"
              .formatted(classifier, path, option));
    }
    return Optional.of(Path.of(path));
  }

  private static Path named(Path classifier, String name, String option) {
    return Optional.of(name)
        .filter(ReleasedWeights::isName)
        .flatMap(ReleasedWeights::find)
        .orElseThrow(
            () ->
                KgCoopException.weights(
                    "%s was trained with %s, which is not on this machine: ./kgcoop download %s, or give %s"
                        .formatted(classifier, name, name, option)));
  }

  /** Returns the path of the weights in the record of the run; empty if there is none. */
  private static String path(Path classifier) {
    Path folder = Files.isDirectory(classifier) ? classifier : Folders.parent(classifier);
    for (String record : RECORDS) {
      try {
        String clip = Json.read(folder.resolve(record)).path("provenance").path("clip").asText("");
        if (!clip.isEmpty()) {
          return clip;
        }
      } catch (KgCoopException e) {
        // a damaged record does not matter here: the next one is read
      }
    }
    return "";
  }

  /** Returns true if a path exists. Addresses of other machines are not opened. */
  private static boolean exists(String path) {
    try {
      return !path.startsWith("//") && !path.startsWith("\\\\") && Files.exists(Path.of(path));
    } catch (InvalidPathException e) {
      return false;
    }
  }
}
