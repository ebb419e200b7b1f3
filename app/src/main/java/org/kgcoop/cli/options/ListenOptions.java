package org.kgcoop.cli.options;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options for the address of a server. */
public final class ListenOptions {
  @Option(
      names = "--port",
      paramLabel = "N",
      description =
          "Set the port, or 0 for any free port. The default is 8080 for serve, and any free port"
              + " for label.")
  private @Nullable Integer port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description =
          "Set the address (default: 127.0.0.1, this machine). 0.0.0.0 means all addresses.")
  private String host = "127.0.0.1";

  /** Returns the port, or the default of a command. */
  public int port(int byDefault) {
    return port == null ? byDefault : port;
  }

  public String host() {
    return host;
  }

  /** Returns the host as it is written in the address of a page on this machine. */
  public String urlHost() {
    return host.equals("0.0.0.0") ? "127.0.0.1" : host.contains(":") ? "[" + host + "]" : host;
  }
}
