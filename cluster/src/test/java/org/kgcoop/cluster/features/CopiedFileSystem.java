package org.kgcoop.cluster.features;

import java.net.URI;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** The files of this machine under another scheme: what is not of it goes all of Hadoop's way. */
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
