package org.kgcoop.cluster.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.kgcoop.KgCoopException;

@Tag("system")
class SessionTest {

  @Test
  void runsTasksInThisProcessWithoutPages() {
    try (Session session = Session.open("test", null, Map.of())) {
      assertThat(session.spark().sparkContext().master()).isEqualTo("local[2]");
      assertThat(session.spark().sparkContext().ui().isEmpty()).isTrue();
      assertThat(session.spark().range(0, 100, 1, 4).filter("id % 2 = 0").count()).isEqualTo(50);
    }
  }

  @Test
  void settingsReachSpark() {
    try (Session session =
        Session.open("test", "local[1]", Map.of("spark.task.maxFailures", "7"))) {
      assertThat(session.spark().sparkContext().getConf().get("spark.task.maxFailures"))
          .isEqualTo("7");
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
      throw new AssertionError(session.spark().sparkContext().master() + " was opened");
    }
  }
}
