package org.kgcoop.pretrain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.kgcoop.KgCoopException;

/**
 * The settings of a ViT that learns from another CLIP, the teacher, beside images and captions. Its
 * block matrices are then updated by {@link Muon}, the learning rate is constant between its
 * warm-up and a linear fall to 0, and training ends with a mean of weights.
 *
 * <p>All is a function of the step alone, so that a run of more steps is the beginning of a shorter
 * one up to where the shorter one's rate falls.
 *
 * @param teacher a folder with a CLIP; its vocabulary is the student's too
 * @param weight of the distances to the teacher's features in the loss
 * @param hintWeight of the distances to the maps inside of its image encoder
 * @param hintSteps the first steps, which have hints
 * @param patches of an image that the student sees, drawn anew each time
 * @param wholeSteps the last steps, in which it sees all
 * @param cooldown the last steps, in which the learning rate falls
 * @param mean the part of the mean of weights that a step leaves
 */
public record Distillation(
    Path teacher,
    double weight,
    double hintWeight,
    long hintSteps,
    int patches,
    long wholeSteps,
    long cooldown,
    double mean) {

  public Distillation {
    check(weight >= 0, "weight of the teacher: expected at least 0, got " + weight);
    check(hintWeight >= 0, "weight of hints: expected at least 0, got " + hintWeight);
    check(hintSteps >= 0, "steps with hints: expected at least 0, got " + hintSteps);
    check(patches >= 1, "patches seen: expected at least 1, got " + patches);
    check(wholeSteps >= 0, "steps of whole images: expected at least 0, got " + wholeSteps);
    check(cooldown >= 0, "steps of falling rate: expected at least 0, got " + cooldown);
    check(mean >= 0 && mean < 1, "mean of weights: expected 0 to below 1, got " + mean);
  }

  private static void check(boolean valid, String otherwise) {
    if (!valid) {
      throw KgCoopException.configuration(otherwise);
    }
  }

  /** True if a step, counted from 0, learns from maps inside of the teacher. */
  boolean hints(long step) {
    return hintWeight > 0 && step < hintSteps;
  }

  /** True if a step, counted from 0, of so many sees images whole. */
  boolean whole(long step, long steps) {
    return step >= steps - wholeSteps;
  }

  /** The part of the highest learning rate, after the warm-up, in a step of so many. */
  double rate(long step, long steps) {
    return cooldown == 0 ? 1 : Math.max(0, Math.min(1, (double) (steps - step) / cooldown));
  }

  /** Adds itself, but for the teacher, to the settings of a run folder. */
  void describe(ObjectNode json) {
    json.put("teacher_weight", weight)
        .put("hint_weight", hintWeight)
        .put("hint_steps", hintSteps)
        .put("patches_seen", patches)
        .put("whole_steps", wholeSteps)
        .put("cooldown", cooldown)
        .put("mean", mean);
  }
}
