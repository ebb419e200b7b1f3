package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.fixtures.ChildProcess;

@Tag("system")
class NativeLibrariesTest {
  @TempDir Path folder;

  /** A process that computes while another thread loads the libraries, and reports its error. */
  static final class Computes {
    private Computes() {}

    public static void main(String[] arguments) {
      NativeLibraries.loadAhead();
      try (Scope scope = Scope.open("test");
          Tensor two = Tensor.scalar(2)) {
        System.out.println(two.times(3).item());
      } catch (ExceptionInInitializerError e) {
        System.out.println(e.getCause());
      }
      NativeLibraries.close();
    }
  }

  @Test
  void librariesLoadedAheadAreUsed() throws IOException, InterruptedException {
    ChildProcess.Outcome outcome =
        ChildProcess.run(folder.resolve("log"), List.of(), Computes.class);
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().strip()).isEqualTo("6.0");
  }

  @Test
  void theFirstUserReceivesAnErrorOfLoadingAhead() throws IOException, InterruptedException {
    ChildProcess.Outcome outcome =
        ChildProcess.run(
            folder.resolve("log"),
            List.of("-Dorg.bytedeco.javacpp.platform=linux-arm64"),
            Computes.class);
    assertThat(outcome.output())
        .contains("no native libraries for linux-arm64", "kgcoop-natives-PLATFORM");
  }

  /** These tests have no LibTorch for GPUs on the class path. */
  @Test
  void noLibraryOfCudaIsSearchedIfLibTorchIsForTheCpu() {
    try (Scope scope = Scope.open("test");
        Tensor two = Tensor.scalar(2)) {
      assertThat(two.item()).isEqualTo(2);
    }
    ClassProperties searched = Loader.loadProperties(torch.class, Loader.loadProperties(), true);
    assertThat(searched.get("platform.link")).contains("torch_cpu");
    assertThat(searched.get("platform.preload")).noneMatch(name -> name.startsWith("cu"));
  }
}
