package org.kgcoop.cli.console;

import org.kgcoop.Version;
import picocli.CommandLine.IVersionProvider;

/** The line that {@code --version} prints. The launcher prints the same without a JVM. */
public final class BuildVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"kgcoop " + Version.KGCOOP + " (commit " + Version.COMMIT + ")"};
  }
}
