///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS org.kgcoop:kgcoop-core:0.1.0
//DEPS org.kgcoop:kgcoop-embedded:0.1.0
//DEPS org.bytedeco:javacpp:1.5.13:linux-x86_64
//DEPS org.bytedeco:leptonica:1.87.0-1.5.13:linux-x86_64
//DEPS org.bytedeco:openblas:0.3.31-1.5.13:linux-x86_64
//DEPS org.bytedeco:pytorch:2.10.0-1.5.13:linux-x86_64
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.kgcoop.clip.Clip;

/** Classifies an image by the names of classes. */
class Classify {
  public static void main(String[] arguments) {
    List<String> names = List.of(arguments).subList(2, arguments.length);
    try (Clip clip = Clip.load(arguments[0], question -> true); // downloads weights if necessary
        Classifier classifier = Classifier.zeroShot(clip, names, "a photo of a {}.")) {
      for (Classification.Candidate found : classifier.classify(Path.of(arguments[1])).top(3)) {
        System.out.printf(Locale.ROOT, "%s %.3f%n", found.className(), found.probability());
      }
    }
  }
}
