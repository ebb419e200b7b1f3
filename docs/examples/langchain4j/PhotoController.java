package org.kgcoop.example;

import java.nio.file.Path;
import java.util.List;
import org.kgcoop.api.Classification;
import org.kgcoop.api.Classifier;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** Classifies the image in the body of a request. */
@RestController
public class PhotoController implements AutoCloseable {
  private final Classifier classifier = Classifier.load(Path.of("runs/pets")); // thread-safe

  @PostMapping("/classify")
  public List<Classification.Candidate> classify(@RequestBody byte[] image) {
    return classifier.classify(image).top(3);
  }

  @Override
  public void close() {
    classifier.close();
  }
}
