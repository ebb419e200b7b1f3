package org.kgcoop.runs;

/**
 * The number of images in the steps, and their time. It differs between equal runs, so it is not
 * part of a checkpoint.
 *
 * @param warmImages the images of the steps after the start of a process. The first steps also load
 *     and compile code, so that a short training would look slow
 * @param warmSeconds the time of these steps
 */
public record TrainingTime(long images, double seconds, long warmImages, double warmSeconds) {
  /** No steps. */
  public static final TrainingTime NONE = new TrainingTime(0, 0, 0, 0);

  /** Returns the sum. */
  public TrainingTime plus(TrainingTime other) {
    return new TrainingTime(
        images + other.images,
        seconds + other.seconds,
        warmImages + other.warmImages,
        warmSeconds + other.warmSeconds);
  }

  /** Returns the time per image in milliseconds, without the start of a process if possible. */
  public double msPerImage() {
    return warmImages > 0 ? 1000 * warmSeconds / warmImages : 1000 * seconds / Math.max(1, images);
  }
}
