package org.kgcoop.cluster.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;

@Tag("system")
class SessionTest {

  @Test
  void runsTasksInThisProcessWithoutPages() {
    try (Session session = Session.open("test", null, Map.of())) {
      assertThat(session.context().master()).isEqualTo("local[2]");
      assertThat(session.context().ui().isEmpty()).isTrue();
      JavaSparkContext spark = new JavaSparkContext(session.context());
      long here = ProcessHandle.current().pid();
      assertThat(
              spark
                  .parallelize(List.of(1, 2, 3, 4), 4)
                  .map(i -> ProcessHandle.current().pid())
                  .collect())
          .hasSize(4)
          .containsOnly(here);
    }
  }

  @Test
  void settingsReachSpark() {
    try (Session session =
        Session.open("test", "local[1]", Map.of("spark.task.maxFailures", "7"))) {
      assertThat(session.context().getConf().get("spark.task.maxFailures")).isEqualTo("7");
    }
  }

  @Test
  void anUnknownKindOfMasterIsRefused() {
    assertThatThrownBy(() -> open("mesos://here"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("mesos://here")
        .hasMessageContaining("local[2]");
    assertThatThrownBy(() -> open("spark://nowhere"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("spark://HOST:PORT");
  }

  @Test
  void aMasterThatDoesNotAnswerIsToldAtOnce() throws IOException {
    int port;
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = taken.getLocalPort();
    }
    assertThatThrownBy(() -> open("spark://127.0.0.1:" + port))
        .isInstanceOfSatisfying(
            KgCoopException.class,
            e -> assertThat(e.category()).isEqualTo(KgCoopException.Category.IO))
        .hasMessageContaining("no master answers");
  }

  @Test
  void whatSparkCannotParseIsOneLine() {
    assertThatThrownBy(() -> open("local[many]"))
        .isInstanceOf(KgCoopException.class)
        .hasMessageContaining("local[many]")
        .hasMessageNotContaining("\n");
  }

  private static void open(String master) {
    try (Session session = Session.open("test", master, Map.of())) {
      throw new AssertionError(session.context().master() + " was opened");
    }
  }
}
