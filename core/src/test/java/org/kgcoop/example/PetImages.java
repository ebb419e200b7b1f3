package org.kgcoop.example;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;

/** Classifies the images of a folder. */
public final class PetImages {
  private PetImages() {}

  public static void main(String[] arguments) throws IOException {
    Path weights = Path.of(arguments[0]); // ViT-B-16.pt
    Path run = Path.of(arguments[1]); // runs/pets, or classifier.safetensors in it
    try (Stream<Path> folder = Files.list(Path.of(arguments[2]));
        Clip clip = Clip.load(weights);
        Classifier classifier = Classifier.load(run, clip)) {
      // The folder may also contain hidden files, such as .DS_Store.
      List<Path> photos =
          folder.filter(file -> !file.getFileName().toString().startsWith(".")).sorted().toList();
      List<Classification> results = classifier.classifyAll(photos);
      for (int i = 0; i < photos.size(); i++) {
        for (Classification.Candidate found : results.get(i).top(3)) {
          System.out.printf(
              Locale.ROOT, "%s %s %.3f%n", photos.get(i), found.className(), found.probability());
        }
      }
    }
  }
}
