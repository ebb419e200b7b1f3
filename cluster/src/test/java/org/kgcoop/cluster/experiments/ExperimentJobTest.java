package org.kgcoop.cluster.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.cli.experiment.ExperimentSession;
import org.kgcoop.cluster.Lab;
import org.kgcoop.cluster.session.Session;
import org.kgcoop.cluster.session.Versions;

@Tag("system")
class ExperimentJobTest {
  @TempDir Path folder;

  private List<String> words;
  private ExperimentSession experiments;
  private final StringWriter said = new StringWriter();

  @BeforeEach
  void openGrid() {
    words =
        List.of(
            "base2new",
            "--config=" + new Lab(folder).grid("epochs: 1"),
            "--threads=1",
            "--out=" + folder.resolve("out"));
    PrintWriter writer = new PrintWriter(said, true);
    experiments = SharedProtocols.of(words, writer, writer);
  }

  @Test
  void aTaskThatRunsTwiceAtATimeLeavesOneRun() {
    String run = experiments.runs().get(0);
    try (Session session = Session.open("test", "local[2]", Map.of())) {
      new ExperimentJob(session, words, experiments).run(List.of(run, run), line -> {});
    }
    assertThat(Lab.done(experiments.out())).containsExactly(experiments.out().resolve(run));
    new Attempts(experiments.out()).tidy(experiments.runs());
    assertThat(experiments.out().resolve(".attempts")).doesNotExist();
    SharedProtocols.close(words);
  }

  @Test
  void otherVersionsThanTheDriversEndTheJobInOneLine() {
    Versions here = Versions.here();
    Versions other = new Versions("0.0.9", here.java(), here.engine());
    try (Session session = Session.open("test", "local[2]", Map.of())) {
      ExperimentJob job = new ExperimentJob(session, words, experiments, other);
      assertThatThrownBy(() -> job.run(experiments.runs(), line -> {}))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("kgcoop " + here.kgcoop() + " there, 0.0.9 here")
          .hasMessageNotContaining("\n");
    }
    assertThat(Lab.done(experiments.out())).isEmpty();
    SharedProtocols.close(words);
  }
}
