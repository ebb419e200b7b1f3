package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("system")
class ListingMemoryTest {
  @TempDir private Path folder;

  /**
   * Hadoop describes each of the 90,000 names with about 500 bytes. In total this is more than the
   * free heap after the start of Spark, which needs 40 MB.
   */
  @Test
  void namesAreListedInAHeapThatCannotHoldThem() throws Exception {
    Path log = folder.resolve("log");
    Process process =
        ChildJvm.start(
            "72m",
            System.getProperty("java.class.path"),
            List.of(
                "org.kgcoop.cluster.Main",
                "features",
                "synthetic://1x90000/",
                "--feature-cache",
                folder.resolve("cache").toString(),
                "--dry-run",
                "--conf",
                "spark.hadoop.fs.synthetic.impl=org.kgcoop.cluster.bench.SyntheticFileSystem",
                "--conf",
                "spark.testing.reservedMemory=0", // otherwise Spark requires 450 MB
                "--conf",
                "spark.local.dir=" + folder),
            log);
    ChildJvm.Result result = ChildJvm.await(process, log);
    assertThat(result.output()).contains("90000 image files");
    assertThat(result.exitCode()).isZero();
  }
}
