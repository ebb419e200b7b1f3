package org.kgcoop.cli.options;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.stream.Stream;
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

  /**
   * Returns the hosts as they are written in the addresses of a page: that for this machine first,
   * then those for other machines.
   */
  public List<String> urlHosts() {
    return switch (host) {
      case "0.0.0.0", "::" ->
          Stream.concat(
                  Stream.of("127.0.0.1"), others(host.equals("::")).map(ListenOptions::written))
              .distinct()
              .toList();
      default -> List.of(written(host));
    };
  }

  private static String written(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }

  /**
   * Returns the addresses of this machine for others, except those that need a zone.
   *
   * @param isBoth true for IPv4 and IPv6, false for IPv4
   */
  private static Stream<String> others(boolean isBoth) {
    try {
      return NetworkInterface.networkInterfaces()
          .flatMap(NetworkInterface::inetAddresses)
          .filter(each -> !each.isLoopbackAddress() && !each.isLinkLocalAddress())
          .filter(each -> isBoth || each instanceof Inet4Address)
          .map(InetAddress::getHostAddress)
          .map(address -> address.replaceFirst("%.*", ""))
          .sorted();
    } catch (SocketException e) {
      return Stream.empty(); // this machine does not name them
    }
  }
}
