package org.kgcoop.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.kgcoop.KgCoopException;
import org.kgcoop.fixtures.ChildProcess;

@Tag("system")
class NativeLibrariesTest {
  @TempDir Path folder;

  /** A process that computes while another thread loads the libraries, and reports its error. */
  static final class Computes {
    private Computes() {}

    public static void main(String[] arguments) {
      NativeLibraries.loadAhead();
      for (int attempt = 0; attempt < 2; attempt++) {
        try (Scope scope = Scope.open("test");
            Tensor two = Tensor.scalar(2)) {
          System.out.println(two.times(3).item());
        } catch (KgCoopException e) {
          System.out.println(e.getMessage());
        }
      }
      NativeLibraries.close();
    }
  }

  @Test
  void librariesLoadedAheadAreUsed() throws IOException, InterruptedException {
    ChildProcess.Outcome outcome =
        ChildProcess.run(folder.resolve("log"), List.of(), Computes.class);
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().strip()).isEqualTo("6.0\n6.0");
  }

  @Test
  void noTensorAsksTheSystemForTheUsedMemory() {
    Engine.ensureLoaded();
    assertThat(Pointer.maxPhysicalBytes()).isZero();
  }

  @Test
  void theFirstUserReceivesAnErrorOfLoadingAhead() throws IOException, InterruptedException {
    assertThat(errors("-Dorg.bytedeco.javacpp.platform=macosx-arm64"))
        .hasSize(2)
        .allMatch(line -> line.startsWith("no native libraries for macosx-arm64 on the class path"))
        .allMatch(line -> line.contains("kgcoop-natives-PLATFORM"));
    assertThat(errors("-Dorg.bytedeco.javacpp.platform=linux-arm64"))
        .hasSize(2)
        .allMatch(line -> line.startsWith("there are no native libraries for linux-arm64: "));
  }

  /** The check of the system comes before the first library, which could end the process. */
  @Test
  void theFirstUserReceivesTheErrorOfAnOldSystem() throws IOException, InterruptedException {
    assertThat(errors("-Dos.name=Mac OS X", "-Dos.version=14.6"))
        .hasSize(2)
        .allMatch(line -> line.startsWith("macOS 14.6 is too old: "));
  }

  private List<String> errors(String... options) throws IOException, InterruptedException {
    return ChildProcess.run(folder.resolve("log"), List.of(options), Computes.class)
        .output()
        .lines()
        .toList();
  }

  @Test
  void theLoaderLooksForCudaOnlyWithTheVariantForGpus() throws IOException, InterruptedException {
    String debug = "-Dorg.bytedeco.javacpp.logger.debug=true";
    ChildProcess.Outcome plain =
        ChildProcess.run(folder.resolve("log"), List.of(debug), Computes.class);
    assertThat(plain.output()).contains("torch_cpu", "6.0").doesNotContain("cudart");

    // The file is not a library, so the loader goes on to that for CPUs.
    String inside = "org/bytedeco/pytorch/" + Loader.getPlatform() + "-gpu";
    Path variant = Files.createDirectories(folder.resolve("gpu").resolve(inside));
    Files.writeString(variant.resolve(System.mapLibraryName("jnitorch")), "no library");
    String classPath =
        folder.resolve("gpu") + File.pathSeparator + System.getProperty("java.class.path");
    ChildProcess.Outcome gpu =
        ChildProcess.run(folder.resolve("log"), List.of(debug, "-cp", classPath), Computes.class);
    assertThat(gpu.output()).contains("cudart", "6.0");
  }
}
