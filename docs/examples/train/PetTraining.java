package org.kgcoop.example;

import java.nio.file.Path;
import java.util.Locale;
import org.kgcoop.api.train.Training;
import org.kgcoop.clip.Clip;

/** Trains a classifier on a folder of images and prints its accuracy. */
public final class PetTraining {
  private PetTraining() {}

  public static void main(String[] arguments) {
    Path weights = Path.of(arguments[0]); // ViT-B-16.pt
    Path photos = Path.of(arguments[1]); // pets, with pets/cat/1.jpg, pets/dog/2.jpg, ...
    Path run = Path.of(arguments[2]); // runs/pets
    try (Clip clip = Clip.load(weights)) {
      Training.Outcome outcome =
          Training.of(clip, photos)
              .method("kgcoop")
              .set("weight", 4)
              .training("epochs", 10)
              .shots(4)
              .listener(s -> System.out.printf(Locale.ROOT, "%d %.3f%n", s.epoch(), s.loss()))
              .into(run);
      outcome
          .accuracy()
          .ifPresent(percent -> System.out.printf(Locale.ROOT, "accuracy %.2f %%%n", percent));
    }
  }
}
