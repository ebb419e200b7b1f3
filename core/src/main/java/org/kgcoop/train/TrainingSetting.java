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
    OPTIMISER("Optimiser"),
    VIEWS("Views of training images");

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
          whole(
              "epochs",
              "",
              "Default: the method's published one, some by the data set and the number of shots"),
          whole("batch_size", "", "Images a step (default: the method's published one)"),
          number(
              "lr",
              "RATE",
              "0.002",
              "Learning rate; some methods have another where none is stated"),
          text(
              "lr_unit",
              "UNIT",
              "epoch",
              "epoch, or step: the rate changes after every step (Tip-Adapter-F, CLIP-LoRA)"),
          text(
              "decay",
              "KIND",
              "cosine",
              "How the rate falls: cosine, step:N (every N epochs) or steps:N,N,... (after these"
                  + " epochs)"),
          number("gamma", "X", "0.1", "What a step multiplies the rate by"),
          number("lr_minimum", "RATE", "0", "Where a cosine ends; CLIP-LoRA has 1e-6"),
          text(
              "schedule",
              "NAME",
              "current",
              "current (Dassl recounts after the warm-up) or paper-era"),
          text("warmup", "KIND", "constant", "constant, linear or none"),
          whole("warmup_epochs", "1", "Epochs of the warm-up; LASP has 3 on most data sets"),
          number(
              "warmup_lr",
              "RATE",
              "1e-5",
              "Rate of a constant warm-up, and of the first epoch of a linear one"),
          text(
              "sampler",
              "KIND",
              "random",
              "random or sequential (a last batch that is smaller is dropped), random:all"
                  + " (it is not), or random-class:N (each batch N images of each of some"
                  + " classes)"),
          text(
              "augment",
              "KIND",
              "cache:8",
              "online (a new random view in every epoch, as published), cache:V (V random views"
                  + " encoded once; an epoch sees one of each image), pool:V (a batch takes any of"
                  + " them; clap and zs-lp: pool:20, as published) or test (one fixed view)"),
          text(
              "keep",
              "WHICH",
              "last",
              "last epoch, best on the validation images, or gauss:MEAN,DEVIATION: the mean over"
                  + " epochs, weighted by a normal density (PromptSRC)"),
          text(
                  "optimizer",
                  "NAME",
                  "sgd",
                  "sgd, adam, adamw or rmsprop; some methods have another where none is stated")
              .of(Subject.OPTIMISER),
          number("momentum", "X", "0.9", "Of sgd and rmsprop").of(Subject.OPTIMISER),
          number("weight_decay", "X", "5e-4", "Weight decay").of(Subject.OPTIMISER),
          number("beta1", "X", "0.9", "Of adam and adamw").of(Subject.OPTIMISER),
          number("beta2", "X", "0.999", "Of adam and adamw").of(Subject.OPTIMISER),
          number("alpha", "X", "0.99", "Of rmsprop").of(Subject.OPTIMISER),
          number(
                  "epsilon",
                  "X",
                  "1e-8",
                  "What adam, adamw and rmsprop add to a root of squares; TCP has 1e-3")
              .of(Subject.OPTIMISER),
          number(
                  "clip_norm",
                  "X",
                  "0",
                  "Bound on the norm of all gradients together, 0 for none; LASP has 1")
              .of(Subject.OPTIMISER),
          text(
                  "transforms",
                  "LIST",
                  "random_resized_crop,random_flip",
                  "What changes the random views: some of random_crop, random_resized_crop,"
                      + " random_flip, randaugment, colorjitter, randomgrayscale, gaussian_blur,"
                      + " cutout, or none")
              .of(Subject.VIEWS),
          new TrainingSetting(
              "crop_padding",
              Subject.VIEWS,
              Integer.class,
              "PIXELS",
              "4",
              "Black frame of random_crop, which cuts the model's square out of an image as it is"),
          text("crop_scale", "LEAST,MOST", "0.08,1", "Areas of random_resized_crop")
              .of(Subject.VIEWS),
          text("randaugment", "N,MAGNITUDE", "2,10", "Operations and their strength, 0 to 30")
              .of(Subject.VIEWS),
          text(
                  "colorjitter",
                  "B,C,S,H",
                  "0.4,0.4,0.4,0.1",
                  "Ranges of brightness, contrast, saturation and hue")
              .of(Subject.VIEWS),
          number("randomgrayscale", "P", "0.2", "Its probability").of(Subject.VIEWS),
          text("gaussian_blur", "KERNEL,P", "21,0.5", "Its width in pixels and probability")
              .of(Subject.VIEWS),
          text("cutout", "HOLES,PIXELS", "1,16", "How many squares, and their side")
              .of(Subject.VIEWS));

  public static List<String> keys() {
    return ALL.stream().map(TrainingSetting::key).toList();
  }

  /** Returns the name of the command-line option. */
  public String option() {
    return "--" + key.replace('_', '-');
  }

  private static TrainingSetting whole(String key, String usual, String meaning) {
    return new TrainingSetting(key, Subject.TRAINING, Integer.class, "N", usual, meaning);
  }

  private static TrainingSetting number(String key, String label, String usual, String meaning) {
    return new TrainingSetting(key, Subject.TRAINING, Double.class, label, usual, meaning);
  }

  private static TrainingSetting text(String key, String label, String usual, String meaning) {
    return new TrainingSetting(key, Subject.TRAINING, String.class, label, usual, meaning);
  }

  private TrainingSetting of(Subject other) {
    return new TrainingSetting(key, other, type, label, usual, meaning);
  }
}
