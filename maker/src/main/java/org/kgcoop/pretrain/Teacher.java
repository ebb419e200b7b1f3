package org.kgcoop.pretrain;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.clip.IntermediateMaps;
import org.kgcoop.tensor.Autograd;
import org.kgcoop.tensor.DType;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/** A CLIP that another one learns from. Its weights stay as they are; any thread may ask it. */
final class Teacher implements AutoCloseable {
  /** Stages of a ResNet whose maps are hints: those of an eighth and a sixteenth of the side. */
  static final List<Integer> STAGES = List.of(2, 3);

  private static final int PART = 32; // images at a time, so that they stay in the caches

  private final ClipConfig config;
  private final String fingerprint;
  private final TrainedWeights weights;
  private final int startOfText;

  /**
   * The teacher's features of images and their captions.
   *
   * @param images (B, E), of length 1
   * @param texts (B, E), of length 1
   * @param maps of {@link #STAGES} where they were asked for, (B, height width, channels)
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
   * @param settings of the student
   * @throws KgCoopException where the student cannot learn from it
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
            "--teacher %s: it reads %s tokens of a text, the student %s: try --text-length %s"
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
   * @param texts token ids of each after the mark of its start
   * @param maps whether those inside of the image encoder, a ResNet, are asked for
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

  /** (B, channels, height, width) to (B, height width, channels) float32. */
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
