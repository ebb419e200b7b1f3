package org.kgcoop.serve.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Images;

/**
 * Settings of a server: its address, who may ask it, and how much.
 *
 * @param host an address of this machine
 * @param port 0 for any that is free
 * @param token what requests must bring, or null where everybody who reaches the host may ask
 * @param template hand-crafted prompt of zero-shot requests that state none
 * @param queue how many images may wait for the encoder
 * @param timeLimit how long a request may wait for its answer
 * @param maxBytes of the body of a request
 * @param rate requests a second from one address, or 0 for any number
 * @param maxPixels of an image: decoding a small file may take long by them alone
 */
public record ServerSettings(
    String host,
    int port,
    @Nullable String token,
    String template,
    int queue,
    Duration timeLimit,
    int maxBytes,
    int rate,
    long maxPixels) {

  /** The pixels of 5000 x 5000, more than most cameras take. */
  public static final long DEFAULT_MAX_PIXELS = 25_000_000;

  private static final int SHORTEST_TOKEN = 16;

  public ServerSettings {
    check(port >= 0 && port <= 65535, "--port " + port + ": expected 0 to 65535");
    check(queue >= 1, "--queue " + queue + ": expected at least 1");
    check(timeLimit.toMillis() > 0, "--time-limit: expected more than 0 seconds");
    check(maxBytes > 0, "--max-megabytes: expected 1 to 1024");
    check(rate >= 0, "--rate " + rate + ": expected requests a second, or 0 for any number");
    check(
        maxPixels >= 1 && maxPixels <= Images.DEFAULT_MAX_PIXELS,
        "--max-pixels %s: expected 1 to %s".formatted(maxPixels, Images.DEFAULT_MAX_PIXELS));
    check(
        token == null || token.length() >= SHORTEST_TOKEN,
        "the token has fewer than " + SHORTEST_TOKEN + " characters; expected a random text");
  }

  private static void check(boolean right, String message) {
    if (!right) {
      throw KgCoopException.configuration(message);
    }
  }

  /**
   * True if only programs of this machine reach the host.
   *
   * @throws KgCoopException where there is no such host
   */
  public boolean isLoopback() {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new KgCoopException(
          KgCoopException.Category.CONFIGURATION,
          "--host " + host + ": there is no such host; expected an address of this machine",
          e);
    }
  }
}
