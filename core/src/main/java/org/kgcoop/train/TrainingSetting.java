package org.kgcoop.train;

import java.util.List;

/**
 * A training setting, as named in files, options and sweeps. To add one, add a line to {@link #ALL}
 * and use it in {@link TrainingSettings}.
 *
 * @param key the name in files; the option has hyphens instead of underscores
 * @param subject the heading in help
 * @param type Integer, Double or String
 * @param label the placeholder of the value in help
 * @param usual the default; empty if it is the method's published value
 * @param meaning the description in help
 */
public record TrainingSetting(
    String key, Subject subject, Class<?> type, String label, String usual, String meaning) {

  /** The headings of help. */
  public enum Subject {
    TRAINING("Training"),
    OPTIMIZER("Optimizer"),
    VIEWS("Augmentation");

    private final String title;

    Subject(String title) {
      this.title = title;
    }

    public String title() {
      return title;
    }
  }

  /** All settings, in the order of help. */
  public static final List<TrainingSetting> ALL =
      List.of(
          whole("epochs", "Set the number of epochs"),
          whole("batch_size", "Set the number of images per step"),
          text(
                  "sampler",
                  "KIND",
                  "random",
                  "Choose the order of images: random, sequential, random:all or random-class:N."
                      + " The first two drop an incomplete last batch, and random:all keeps it."
                      + " With random-class:N, a batch contains N images of each sampled class")
              .of(Subject.TRAINING),
          text(
                  "keep",
                  "WHICH",
                  "last",
                  "Choose the weights of the result: last (after the last epoch), best (after the"
                      + " epoch with the best validation accuracy) or gauss:MEAN,STD (average over"
                      + " epochs with Gaussian weights, as in PromptSRC)")
              .of(Subject.TRAINING),
          text(
              "optimizer",
              "NAME:KEY=X",
              "sgd:momentum=0.9:weight_decay=5e-4",
              "Choose the optimizer, sgd, adam, adamw or rmsprop, and its values of momentum,"
                  + " alpha, beta1, beta2, epsilon and weight_decay. Example: adamw:beta2=0.98"),
          number("lr", "RATE", "0.002", "Set the learning rate"),
          text(
              "lr_unit",
              "UNIT",
              "epoch",
              "Choose the unit of the learning-rate schedule: the rate changes after every epoch or"
                  + " after every step"),
          text(
              "decay",
              "KIND",
              "cosine",
              "Choose the decay of the learning rate: cosine[:MINIMUM], step:N[:GAMMA] (times GAMMA"
                  + " every N epochs) or steps:N,N[:GAMMA] (times GAMMA after these epochs)."
                  + " Without GAMMA it is 0.1. Example: step:30:0.1"),
          text(
              "schedule",
              "NAME",
              "current",
              "Choose the epoch from which the decay counts: current (the first one after the"
                  + " warm-up, as in Dassl today) or paper-era (the first one of the training)"),
          text(
              "warmup",
              "KIND:N:RATE",
              "constant:1:1e-5",
              "Choose the warm-up: its KIND (constant, linear or none), the number N of its epochs,"
                  + " and its learning RATE. Example: linear:3:1e-4"),
          number(
              "clip_norm",
              "X",
              "0",
              "Set the maximum global norm of the gradients. 0 disables the limit"),
          text(
                  "augment",
                  "KIND",
                  "cache:8",
                  "Choose the augmented views of training images. The value online uses new views"
                      + " in every epoch (published, slow). The value cache:V uses V precomputed"
                      + " views per image, one of them in each epoch. The value pool:V uses them in"
                      + " random order, so an epoch may contain several views of an image. The"
                      + " value test disables augmentation")
              .of(Subject.VIEWS),
          text(
                  "transforms",
                  "LIST",
                  "random_resized_crop(0.08,1),random_flip",
                  "Choose the transforms of augmented views: random_crop(PADDING),"
                      + " random_resized_crop(LEAST,MOST), random_flip,"
                      + " randaugment(N,MAGNITUDE), colorjitter(B,C,S,H), randomgrayscale(P),"
                      + " gaussian_blur(KERNEL,P), cutout(HOLES,PIXELS) or none. Without numbers,"
                      + " a transform uses those of Dassl")
              .of(Subject.VIEWS));

  public static List<String> keys() {
    return ALL.stream().map(TrainingSetting::key).toList();
  }

  /** Returns the name of the command-line option. */
  public String option() {
    return "--" + key.replace('_', '-');
  }

  private static TrainingSetting whole(String key, String meaning) {
    return new TrainingSetting(key, Subject.TRAINING, Integer.class, "N", "", meaning);
  }

  private static TrainingSetting number(String key, String label, String usual, String meaning) {
    return new TrainingSetting(key, Subject.OPTIMIZER, Double.class, label, usual, meaning);
  }

  private static TrainingSetting text(String key, String label, String usual, String meaning) {
    return new TrainingSetting(key, Subject.OPTIMIZER, String.class, label, usual, meaning);
  }

  private TrainingSetting of(Subject other) {
    return new TrainingSetting(key, other, type, label, usual, meaning);
  }
}
