package org.kgcoop.example;

import java.nio.file.Path;
import java.util.Locale;
import org.kgcoop.api.train.Adaptation;
import org.kgcoop.clip.Clip;

/** Makes the best classifier for a folder of images, and prints its expected accuracy. */
public final class PetAdaptation {
  private PetAdaptation() {}

  public static void main(String[] arguments) {
    Path photos = Path.of(arguments[0]); // pets, with pets/cat/1.jpg, pets/dog/2.jpg, ...
    Path run = Path.of(arguments[1]); // runs/pets
    try (Clip clip = Clip.load("ViT-B/32-256", question -> true)) { // downloads it if necessary
      Adaptation.Outcome best = Adaptation.of(clip, photos).minutes(5).into(run);
      best.expected()
          .ifPresent(
              accuracy ->
                  System.out.printf(
                      Locale.ROOT,
                      "%s: %.0f %% (95 %%: %.0f to %.0f)%n",
                      best.method(),
                      accuracy.percent(),
                      accuracy.low(),
                      accuracy.high()));
    }
  }
}
