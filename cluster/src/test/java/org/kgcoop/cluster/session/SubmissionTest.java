package org.kgcoop.cluster.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SubmissionTest {

  @Test
  void theLineHasAllWordsButTheMaster() {
    String line =
        Submission.line(
            List.of(
                "features",
                "my images",
                "--master",
                "local[4]",
                "--feature-cache=b",
                "--master=x"));
    assertThat(line)
        .startsWith(
            "spark-submit --master spark://HOST:7077 --class org.kgcoop.cluster.Main --jars ")
        .endsWith("bundle.jar features 'my images' --feature-cache=b")
        .contains("pytorch-")
        .doesNotContain("local[4]");
  }
}
