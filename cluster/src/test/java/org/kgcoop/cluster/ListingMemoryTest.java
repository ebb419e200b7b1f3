package org.kgcoop.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListingMemoryTest {
  @TempDir private Path folder;

  /**
   * A million names in one folder, of which each would take some 500 bytes as Hadoop describes a
   * file: more than the heap, which Spark fills half before it does anything.
   */
  @Test
  void aMillionNamesAreListedInAHeapThatCannotHoldThem() throws Exception {
    Path log = folder.resolve("log");
    Process process =
        ChildJvm.start(
            "480m",
            System.getProperty("java.class.path"),
            List.of(
                "org.kgcoop.cluster.Main",
                "features",
                "synthetic://1x1000000/",
                "--bank",
                folder.resolve("bank").toString(),
                "--dry-run",
                "--conf",
                "spark.hadoop.fs.synthetic.impl=org.kgcoop.cluster.bench.SyntheticFileSystem",
                "--conf",
                "spark.local.dir=" + folder),
            log);
    ChildJvm.Result result = ChildJvm.await(process, log);
    assertThat(result.output()).contains("1000000 pictures in files of their own");
    assertThat(result.exitCode()).isZero();
  }
}
