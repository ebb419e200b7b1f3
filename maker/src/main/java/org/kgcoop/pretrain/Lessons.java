package org.kgcoop.pretrain;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.ClipConfig;
import org.kgcoop.io.StoredTensor;
import org.kgcoop.tensor.Scope;
import org.kgcoop.tensor.Tensor;

/**
 * The targets of a student in each step: its features, hints for its image encoder, and the patches
 * that it gets. Owns native memory, but not the teacher.
 */
final class Lessons implements AutoCloseable {
  private static final int BATCHES = 8; // batches for the directions of the teacher's features

  private final Teacher teacher;
  private final PretrainingSettings settings;
  private final Distillation distillation;
  private final Targets targets;
  private final @Nullable Hints hints;

  /**
   * The targets for some images and texts.
   *
   * @param images targets (B, E), of length 1
   * @param texts targets (B, E), of length 1
   * @param seen the patches of each image, or null for all
   * @param blocks the blocks of the student with hints, counted from 1
   * @param hints the targets of the heads, (B, patches, channels)
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Lesson(
      Tensor images,
      Tensor texts,
      int @Nullable [][] seen,
      List<Integer> blocks,
      List<Tensor> hints) {}

  private Lessons(
      Teacher teacher,
      PretrainingSettings settings,
      Distillation distillation,
      Targets targets,
      @Nullable Hints hints) {
    this.teacher = teacher;
    this.settings = settings;
    this.distillation = distillation;
    this.targets = targets;
    this.hints = hints;
  }

  /** Rejects a student that cannot learn from a teacher. */
  static void check(PretrainingSettings settings, Distillation distillation, Teacher teacher) {
    ClipConfig student = settings.model();
    int most = Targets.most(teacher.config().embedDim());
    if (student.embedDim() > most || student.embedDim() < 4) {
      throw KgCoopException.configuration(
          "--embed-dim %s: expected 4 to %s for this teacher".formatted(student.embedDim(), most));
    }
    if (distillation.hintWeight() > 0) {
      Hints.check(student, teacher.config());
    }
  }

  /** Creates lessons with the directions and statistics of the first batches. */
  static Lessons of(
      Teacher teacher, PretrainingSettings settings, Distillation distillation, Batches batches) {
    boolean hinted = distillation.hintWeight() > 0;
    try (Scope scope = Scope.open("directions of a teacher")) {
      List<Tensor> features = new ArrayList<>();
      Hints hints = null;
      for (int step = 0; step < BATCHES; step++) {
        Batch batch = batches.batch(step);
        Tensor images = ParallelStep.images(batch, 0, batch.size(), settings);
        try (Scope inner = Scope.open("batch")) {
          boolean maps = hinted && hints == null;
          Teacher.Answer answer = teacher.answer(images, batch.texts(), maps);
          features.add(inner.promote(answer.images()));
          features.add(inner.promote(answer.texts()));
          if (maps) {
            hints = Hints.of(settings.model(), answer.maps());
          }
        }
      }
      Targets targets = Targets.of(Tensor.concat(features, 0), settings.model().embedDim());
      return new Lessons(teacher, settings, distillation, targets, hints);
    }
  }

  /** Creates lessons with the directions and statistics of a checkpoint. */
  static Lessons of(
      Teacher teacher,
      PretrainingSettings settings,
      Distillation distillation,
      Map<String, StoredTensor> stored) {
    StoredTensor directions = stored.get(Targets.name());
    if (directions == null) {
      throw KgCoopException.weights("the checkpoint has no directions of the teacher's features");
    }
    Hints hints = distillation.hintWeight() > 0 ? Hints.of(settings.model(), stored) : null;
    return new Lessons(teacher, settings, distillation, Targets.of(directions), hints);
  }

  /** Returns the tensors for {@link #of(Teacher, PretrainingSettings, Distillation, Map)}. */
  Map<String, StoredTensor> stored() {
    Map<String, StoredTensor> stored = new LinkedHashMap<>();
    stored.put(Targets.name(), targets.stored());
    if (hints != null) {
      hints.stored().forEach(tensor -> stored.put(tensor.name(), tensor));
    }
    return stored;
  }

  Distillation distillation() {
    return distillation;
  }

  /**
   * Returns the lesson of a step for a part of its batch.
   *
   * @param images the images of the part, (size, channels, R, R), normalized
   * @param from the position of the first image in the batch
   */
  Lesson of(long step, Batch batch, Tensor images, int from, int size) {
    int[][] texts = Arrays.copyOfRange(batch.texts(), from, from + size);
    boolean hinted = hints != null && distillation.hints(step);
    Teacher.Answer answer = teacher.answer(images, texts, hinted);
    int[][] seen = seen(step, from, size);
    return new Lesson(
        targets.ofImages(answer.images()),
        targets.ofTexts(answer.texts()),
        seen,
        hinted && hints != null ? hints.blocks() : List.of(),
        hinted && hints != null ? hints.wanted(answer.maps(), seen) : List.of());
  }

  /**
   * Samples the patches of each image by seed, step and position in the batch. Returns null for all
   * patches.
   */
  private int @Nullable [][] seen(long step, int from, int size) {
    int grid =
        settings.model().imageResolution() / ((ClipConfig.Vit) settings.model().vision()).patch();
    int all = grid * grid;
    int some = distillation.patches();
    if (some >= all || distillation.whole(step, settings.length().steps())) {
      return null;
    }
    int[][] seen = new int[size][];
    for (int i = 0; i < size; i++) {
      SplittableRandom random =
          Batches.random(settings.seed() + 1, step * settings.batchSize() + from + i);
      int[] patches = IntStream.range(0, all).toArray();
      for (int j = 0; j < some; j++) {
        int other = j + random.nextInt(all - j);
        int patch = patches[other];
        patches[other] = patches[j];
        patches[j] = patch;
      }
      seen[i] = Arrays.copyOf(patches, some);
    }
    return seen;
  }

  @Override
  public void close() {
    targets.close();
  }
}
