package org.kgcoop.pretrain;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A CLIP from which another one learns. Its weights are constant. Thread-safe. */
final class Teacher implements AutoCloseable {
  /**
   * The stages of a ResNet that give hints. Their maps have an eighth and a sixteenth of the side.
   */
  static final List<Integer> STAGES = List.of(2, 3);

  private static final int PART =
      32; // images per part, so that activations fit into the processor cache

  private final ClipConfig config;
  private final String fingerprint;
  private final TrainedWeights weights;
  private final int startOfText;

  /**
   * The teacher's features of images and their captions.
   *
   * @param images (B, E), of length 1
   * @param texts (B, E), of length 1
   * @param maps the feature maps of {@link #STAGES}, if requested: (B, height width, channels)
   */
  record Answer(Tensor images, Tensor texts, List<Tensor> maps) {}

  private Teacher(Clip clip, DType precision) {
    config = clip.config();
    fingerprint = clip.fingerprint();
    startOfText = clip.tokenizer().start().get(0);
    weights =
        new TrainedWeights(
            config,
            clip.stored().values().stream()
                .filter(tensor -> !tensor.name().endsWith("num_batches_tracked"))
                .toList(),
            precision,
            0);
  }

  /**
   * Loads a teacher.
   *
   * @param settings the settings of the student
   * @throws KgCoopException if the student cannot learn from the teacher
   */
  static Teacher load(Path folder, PretrainingSettings settings) {
    try (Clip clip = Clip.load(folder)) {
      ClipConfig student = settings.model();
      int side = student.imageResolution();
      if (!clip.preprocessing().equals(Normalisation.preprocessing(side, student.channels()))) {
        throw KgCoopException.configuration(
            "--teacher %s: expected a model of this command for images of %s x %s with %s channels, got %s"
                .formatted(folder, side, side, student.channels(), clip.preprocessing()));
      }
      if (clip.config().contextLength() != student.contextLength()) {
        throw KgCoopException.configuration(
            "--teacher %s: its texts have %s tokens, those of the student %s: try --text-length %s"
                .formatted(
                    folder,
                    clip.config().contextLength(),
                    student.contextLength(),
                    clip.config().contextLength()));
      }
      return new Teacher(clip, settings.precision());
    }
  }

  ClipConfig config() {
    return config;
  }

  /** Returns the fingerprint of the loaded model. */
  String fingerprint() {
    return fingerprint;
  }

  /**
   * Computes the teacher's features of a batch.
   *
   * @param images (B, channels, R, R), normalized
   * @param texts the token ids of each text without the start of text
   * @param maps true to return the feature maps of the image encoder, a ResNet
   */
  Answer answer(Tensor images, int[][] texts, boolean maps) {
    List<Tensor> features = new ArrayList<>();
    List<List<Tensor>> inside = new ArrayList<>();
    STAGES.forEach(stage -> inside.add(new ArrayList<>()));
    try (Autograd.Switch off = Autograd.off()) {
      for (long from = 0; from < images.size(0); from += PART) {
        try (Scope scope = Scope.open("part of a teacher's images")) {
          TrainableEncoders encoders = weights.evaluating();
          Tensor part = images.narrow(0, from, Math.min(PART, images.size(0) - from));
          IntermediateMaps seen =
              maps
                  ? encoders.stages(part, STAGES)
                  : new IntermediateMaps(encoders.images().features(part), List.of());
          features.add(scope.promote(seen.features().unitRows()));
          for (int i = 0; i < seen.maps().size(); i++) {
            inside.get(i).add(scope.promote(rows(seen.maps().get(i))));
          }
        }
      }
      try (Scope scope = Scope.open("a teacher's texts")) {
        TrainableEncoders encoders = weights.evaluating();
        return new Answer(
            scope.promote(Tensor.concat(features, 0)),
            scope.promote(ParallelStep.features(encoders.texts(), texts, startOfText).unitRows()),
            maps
                ? inside.stream().map(parts -> scope.promote(Tensor.concat(parts, 0))).toList()
                : List.of());
      }
    }
  }

  /** Converts (B, channels, height, width) to (B, height width, channels) float32. */
  private static Tensor rows(Tensor map) {
    return map.permute(0, 2, 3, 1)
        .reshape(map.size(0), map.size(2) * map.size(3), map.size(1))
        .to(DType.FLOAT32);
  }

  @Override
  public void close() {
    weights.close();
  }
}
