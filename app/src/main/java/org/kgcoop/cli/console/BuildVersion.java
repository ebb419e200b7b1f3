package org.kgcoop.cli.console;

import org.kgcoop.Version;
import picocli.CommandLine.IVersionProvider;

/** The version line of {@code --version}. The launcher prints the same line without a JVM. */
public final class BuildVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"kgcoop " + Version.KGCOOP + " (commit " + Version.COMMIT + ")"};
  }
}
