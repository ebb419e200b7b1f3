package org.kgcoop.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.clip.Clip;
import org.kgcoop.data.DataSet;
import org.kgcoop.features.FeatureCache;
import org.kgcoop.features.ViewEncoder;
import org.kgcoop.fixtures.TestImages;
import org.kgcoop.fixtures.TinyClip;
import org.kgcoop.image.Images;
import org.kgcoop.progress.Progress;
import org.kgcoop.runs.AdaptRecord;
import org.kgcoop.runs.RunFolders;
import org.kgcoop.trial.ExperimentContext;

@Tag("system")
class AdaptationLockTest {
  private static final long PATIENCE_MINUTES = 4;

  @TempDir Path folder;

  private ExperimentContext context(Clip clip, Progress progress) {
    return new ExperimentContext(
        clip,
        FeatureCache.inMemory(new ViewEncoder(clip, new Images(warning -> {}))),
        progress,
        warning -> {},
        () -> false);
  }

  /** Pauses an adaptation at its first task after it has locked its folder. */
  private static final class Pause implements Progress {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);
    private final Path work;

    Pause(Path work) {
      this.work = work;
    }

    @Override
    public Task start(String name, long total) {
      if (RunFolders.isInUse(work)) {
        begun.countDown();
        try {
          assertThat(end.await(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return SILENT.start(name, total);
    }

    @Override
    public void message(String line) {}
  }

  @Test
  void aSecondAdaptationOfAFolderLeavesTheFirstOneAlone() throws Exception {
    DataSet data = TestImages.dataSet(folder.resolve("data"), List.of("cat", "dog"), 2, 0, 0);
    Path out = folder.resolve("out");
    Path work = out.resolve(AdaptRecord.WORK);
    AdaptRequest request = new AdaptRequest(data, List.of(), 9, 0.01, 1);
    Pause pause = new Pause(work);
    ExecutorService thread = Executors.newSingleThreadExecutor();
    try (Clip clip = TinyClip.smallest()) {
      Future<AdaptRecord> first =
          thread.submit(() -> AdaptationRun.run(context(clip, pause), request, out));
      assertThat(pause.begun.await(PATIENCE_MINUTES, TimeUnit.MINUTES)).isTrue();
      assertThat(out.resolve(AdaptRecord.FILE)).doesNotExist();
      Path measured = Files.createDirectory(work.resolve("measured"));

      ExperimentContext other = context(clip, Progress.SILENT);
      assertThatThrownBy(() -> AdaptationRun.run(other, request, out))
          .isInstanceOf(KgCoopException.class)
          .hasMessageContaining("in use by another run");

      assertThat(measured).isDirectory();
      assertThat(RunFolders.isInUse(work)).isTrue();
      pause.end.countDown();
      assertThat(first.get(PATIENCE_MINUTES, TimeUnit.MINUTES).choice()).isNotNull();
      assertThat(work).doesNotExist();
      AdaptRecord record = AdaptRecord.read(out).orElseThrow();
      assertThat(AdaptationRun.run(other, request, out)).isEqualTo(record);

      // as if this adaptation had waited for the lock while the other one ended
      Path unused = Files.createDirectory(work);
      AdaptationRun.run(other, request, out);
      assertThat(work).doesNotExist();
      AdaptRecord again = AdaptRecord.read(out).orElseThrow();
      assertThat(again.candidates()).isEqualTo(record.candidates());
      assertThat(again.choice()).isEqualTo(record.choice());
    } finally {
      pause.end.countDown();
      thread.shutdown();
    }
  }
}
