package org.kgcoop.cluster.experiments;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.files.LockedFile;
import org.kgcoop.runs.RunFolder;
import org.kgcoop.runs.RunFolders;

class AttemptsTest {
  private static final String RUN = "pets/kgcoop/seed1";
  private static final List<String> RUNS = List.of(RUN);

  @TempDir Path table;

  private Attempts attempts;

  @BeforeEach
  void begin() {
    attempts = new Attempts(table);
  }

  /** Completes a run whose results contain the name of its attempt. */
  private static void complete(Path folder, String who) {
    try (RunFolder run = open(folder)) {
      run.complete(JsonNodeFactory.instance.objectNode().put("who", who));
    }
  }

  private static RunFolder open(Path folder) {
    ObjectNode settings = JsonNodeFactory.instance.objectNode().put("epochs", 1);
    return RunFolder.open(folder, settings, JsonNodeFactory.instance.objectNode(), warning -> {});
  }

  private String who() throws IOException {
    return Files.readString(table.resolve(RUN).resolve("results.json"));
  }

  @Test
  void aRunIsThereWhenItIsComplete() throws IOException {
    Path attempt = attempts.begin(RUN);
    complete(attempt.resolve(RUN), "first");
    assertThat(table.resolve(RUN)).doesNotExist();

    attempts.commit(RUN, attempt, () -> false);
    attempts.end(attempt);

    assertThat(who()).contains("first");
    attempts.tidy(RUNS);
    assertThat(attempts.folder()).doesNotExist();
  }

  @Test
  void ofTwoAttemptsTheFirstStays() throws IOException {
    Path first = attempts.begin(RUN);
    Path second = attempts.begin(RUN);
    complete(first.resolve(RUN), "first");
    complete(second.resolve(RUN), "second");

    attempts.commit(RUN, first, () -> RunFolders.isComplete(table.resolve(RUN)));
    attempts.commit(RUN, second, () -> RunFolders.isComplete(table.resolve(RUN)));
    attempts.tidy(RUNS);

    assertThat(who()).contains("first");
    try (var runs = Files.list(table.resolve(RUN).resolveSibling(""))) {
      assertThat(runs).containsExactly(table.resolve(RUN));
    }
    assertThat(attempts.folder()).doesNotExist();
  }

  @Test
  void anUnfinishedRunIsGoneOnWithAndReplaced() throws IOException {
    try (RunFolder unfinished = open(table.resolve(RUN))) {
      Files.writeString(unfinished.path().resolve("checkpoint").resolve("of-old"), "5 steps");
    }

    Path attempt = attempts.begin(RUN);

    assertThat(attempt.resolve(RUN).resolve("checkpoint").resolve("of-old")).hasContent("5 steps");
    complete(attempt.resolve(RUN), "new");
    attempts.commit(RUN, attempt, () -> RunFolders.isComplete(table.resolve(RUN)));
    assertThat(who()).contains("new");
  }

  @Test
  void whatDeadAttemptsLeftHalfIsRemovedAndWhatIsWholeGetsItsPlace() throws IOException {
    String other = "pets/kgcoop/seed2";
    Path half = attempts.begin(RUN);
    try (RunFolder begun = open(half.resolve(RUN))) {
      assertThat(begun.isComplete()).isFalse();
    }
    Path whole = attempts.begin(other);
    complete(whole.resolve(other), "whole");

    attempts.tidy(List.of(RUN, other));

    assertThat(table.resolve(RUN)).doesNotExist();
    assertThat(RunFolders.isComplete(table.resolve(other))).isTrue();
    assertThat(attempts.folder()).doesNotExist();
  }

  @Test
  void anAttemptAtWorkIsLetAlone() {
    Path attempt = attempts.begin(RUN);
    try (RunFolder working = open(attempt.resolve(RUN))) {
      attempts.tidy(RUNS);
      assertThat(working.path()).isDirectory();
    }
  }

  @Test
  void aTableHasOneDriverAtATime() throws IOException {
    try (LockedFile lock = attempts.lock()) {
      assertThat(lock.channel().isOpen()).isTrue();
      assertThatThrownBy(() -> attempts.lock().close())
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("another experiment on a cluster uses this folder");
    }
    try (LockedFile again = attempts.lock()) {
      assertThat(again.channel().isOpen()).isTrue();
    }
  }
}
