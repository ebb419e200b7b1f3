package org.kgcoop.pretrain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.kgcoop.KgCoopException;

/**
 * The settings of a ViT, the student, that also learns from another CLIP, the teacher. {@link Muon}
 * updates the block matrices of the student. The learning rate is constant between its warm-up and
 * a linear fall to 0. The result is an average of weights.
 *
 * <p>Everything is a function of the step. A run of more steps is therefore equal to a shorter one
 * until the learning rate of the shorter one falls.
 *
 * @param teacher a folder with a CLIP, whose vocabulary the student gets
 * @param weight the weight of the distances to the teacher's features
 * @param hintWeight the weight of the distances to the feature maps of its image encoder
 * @param hintSteps the number of steps with hints, from the first step
 * @param patches the number of random patches of an image that the student gets
 * @param wholeSteps the number of last steps in which it gets all patches
 * @param cooldown the number of last steps in which the learning rate falls
 * @param mean the factor of the previous average of weights in each step
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
    check(patches >= 1, "patches per image: expected at least 1, got " + patches);
    check(wholeSteps >= 0, "steps with all patches: expected at least 0, got " + wholeSteps);
    check(
        cooldown >= 0, "steps with a falling learning rate: expected at least 0, got " + cooldown);
    check(mean >= 0 && mean < 1, "average of weights: expected 0 to below 1, got " + mean);
  }

  private static void check(boolean valid, String otherwise) {
    if (!valid) {
      throw KgCoopException.configuration(otherwise);
    }
  }

  /** Returns true if a step, counted from 0, has hints. */
  boolean hints(long step) {
    return hintWeight > 0 && step < hintSteps;
  }

  /** Returns true if a step, counted from 0, uses all patches. */
  boolean whole(long step, long steps) {
    return step >= steps - wholeSteps;
  }

  /** Returns the learning rate of a step after the warm-up, as a fraction of the highest rate. */
  double rate(long step, long steps) {
    return cooldown == 0 ? 1 : Math.max(0, Math.min(1, (double) (steps - step) / cooldown));
  }

  /** Adds all settings except the teacher to the settings of a run folder. */
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
