package org.kgcoop.cli.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ListenOptionsTest {
  private static List<String> hosts(String... words) {
    return CommandLine.populateCommand(new ListenOptions(), words).urlHosts();
  }

  @Test
  void aSingleAddressIsShownAsItIs() {
    assertThat(hosts()).containsExactly("127.0.0.1");
    assertThat(hosts("--host", "192.0.2.7")).containsExactly("192.0.2.7");
    assertThat(hosts("--host", "::1")).containsExactly("[::1]");
  }

  /** Another person cannot open 127.0.0.1. */
  @Test
  void allAddressesAreThoseOfTheMachine() throws Exception {
    List<String> own =
        NetworkInterface.networkInterfaces()
            .flatMap(NetworkInterface::inetAddresses)
            .map(InetAddress::getHostAddress)
            .toList();
    List<String> hosts = hosts("--host", "0.0.0.0");
    assertThat(hosts).startsWith("127.0.0.1").doesNotHaveDuplicates().doesNotContain("0.0.0.0");
    assertThat(own).containsAll(hosts);
    assertThat(hosts)
        .containsAll(
            own.stream().filter(each -> each.matches("(?!127|169\\.254)[\\d.]+")).toList());
    assertThat(hosts("--host", "::")).containsAll(hosts);
  }
}
