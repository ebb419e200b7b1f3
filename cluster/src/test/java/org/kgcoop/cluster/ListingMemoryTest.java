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
   * 300,000 names in one folder, of which each takes some 500 bytes as Hadoop describes a file:
   * more than is left of this heap when Spark has begun.
   */
  @Test
  void namesAreListedInAHeapThatCannotHoldThem() throws Exception {
    Path log = folder.resolve("log");
    Process process =
        ChildJvm.start(
            "192m",
            System.getProperty("java.class.path"),
            List.of(
                "org.kgcoop.cluster.Main",
                "features",
                "synthetic://1x300000/",
                "--feature-cache",
                folder.resolve("cache").toString(),
                "--dry-run",
                "--conf",
                "spark.hadoop.fs.synthetic.impl=org.kgcoop.cluster.bench.SyntheticFileSystem",
                "--conf",
                "spark.testing.reservedMemory=0", // else Spark wants 450 MB
                "--conf",
                "spark.local.dir=" + folder),
            log);
    ChildJvm.Result result = ChildJvm.await(process, log);
    assertThat(result.output()).contains("300000 image files");
    assertThat(result.exitCode()).isZero();
  }
}
