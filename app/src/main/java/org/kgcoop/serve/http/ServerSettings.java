package org.kgcoop.serve.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Images;

/**
 * The settings of a server.
 *
 * @param host an address of this machine
 * @param port 0 for any free port
 * @param token the token that requests must contain, or null to allow all clients
 * @param template the hand-crafted prompt of zero-shot requests without a template
 */
public record ServerSettings(
    String host, int port, @Nullable String token, String template, Limits limits) {

  /** 5000 x 5000 pixels, more than most cameras produce. */
  public static final long DEFAULT_MAX_PIXELS = 25_000_000;

  private static final int SHORTEST_TOKEN = 16;

  /**
   * The limits of requests.
   *
   * @param queue the maximum number of images that wait for the encoder
   * @param time the maximum time to the answer of a request
   * @param bytes the maximum size of the body of a request
   * @param rate the maximum number of requests per second from one address, or 0 for no limit
   * @param pixels the maximum number of pixels of an image, because a small file may take long to
   *     decode
   */
  public record Limits(int queue, Duration time, int bytes, int rate, long pixels) {
    public Limits {
      check(queue >= 1, "--queue " + queue + ": expected at least 1");
      check(time.toMillis() > 0, "--time-limit: expected more than 0 seconds");
      check(bytes > 0, "--max-megabytes: expected 1 to 1024");
      check(rate >= 0, "--rate " + rate + ": expected requests per second, or 0 for no limit");
      check(
          pixels >= 1 && pixels <= Images.DEFAULT_MAX_PIXELS,
          "--max-pixels %s: expected 1 to %s".formatted(pixels, Images.DEFAULT_MAX_PIXELS));
    }
  }

  public ServerSettings {
    check(port >= 0 && port <= 65535, "--port " + port + ": expected 0 to 65535");
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
   * Returns true if only programs of this machine reach the host.
   *
   * @throws KgCoopException if the host does not exist
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
