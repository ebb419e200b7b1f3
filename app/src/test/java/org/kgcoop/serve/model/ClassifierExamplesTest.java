package org.kgcoop.serve.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.data.DataSet;
import org.kgcoop.data.DataSetOptions;
import org.kgcoop.data.open.EmbeddedDataSets;

class ClassifierExamplesTest {
  @TempDir Path folder;

  private List<ClassifierExamples.Example> written() {
    DataSet set =
        EmbeddedDataSets.open(
            "symbols", DataSetOptions.defaults(warning -> {}).withCheckFiles(false));
    ClassifierExamples.write(set, folder, 1, warning -> {});
    return ClassifierExamples.read(folder);
  }

  @Test
  void areImagesOfDifferentClasses() throws IOException {
    List<ClassifierExamples.Example> examples = written();
    assertThat(examples).hasSize(12);
    assertThat(examples.stream().map(ClassifierExamples.Example::className).distinct()).hasSize(12);
    Path file = Files.createFile(folder.resolve("classifier.safetensors"));
    assertThat(ClassifierExamples.read(file)).hasSize(12);
    assertThat(ClassifierExamples.read(folder.resolve("examples"))).isEmpty();
  }

  @Test
  void otherFilesAreRejected() throws IOException {
    assertThat(written()).isNotEmpty();
    Files.writeString(folder.resolve("examples/4"), "<html>");
    assertThatExceptionOfType(KgCoopException.class)
        .isThrownBy(() -> ClassifierExamples.read(folder))
        .withMessageContaining("examples/4")
        .withMessageContaining("expected a PNG or JPEG file");
  }
}
