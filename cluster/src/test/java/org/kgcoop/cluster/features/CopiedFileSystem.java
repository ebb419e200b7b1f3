package org.kgcoop.cluster.features;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/**
 * The local files under another URI scheme, so that Hadoop uses its general code for file systems.
 */
public final class CopiedFileSystem extends RawLocalFileSystem {
  @Override
  public URI getUri() {
    return URI.create("copied:///");
  }

  @Override
  public String getScheme() {
    return "copied";
  }
}
