package org.kgcoop.cli.console;

import org.kgcoop.Version;
import picocli.CommandLine.IVersionProvider;

/** The version line of {@code --version}. The launcher prints the same line without a JVM. */
public final class BuildVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {line()};
  }

  /** Returns the version and the commit of the build. */
  public static String line() {
    return "kgcoop " + Version.KGCOOP + " (commit " + Version.COMMIT + ")";
  }
}
