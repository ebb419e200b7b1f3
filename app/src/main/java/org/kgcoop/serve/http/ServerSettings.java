package org.kgcoop.serve.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.kgcoop.KgCoopException;
import org.kgcoop.image.Images;

/**
 * The settings of a server.
 *
 * @param host an address of this machine
 * @param port 0 for any free port
 * @param token the token that requests must contain, or null to allow all clients
 * @param proxy the reverse proxy in front of the server
 */
public record ServerSettings(
    String host, int port, @Nullable String token, Limits limits, ReverseProxy proxy) {

  private static final int MIN_TOKEN_LENGTH = 16;
  private static final int TOKEN_BYTES = 16;

  /**
   * The limits of requests.
   *
   * @param maxWaitingImages the maximum number of images that wait for the encoder
   * @param timeLimit the maximum time from the complete request to its answer
   * @param maxBodyBytes the maximum size of the body of a request
   * @param requestsPerSecond the maximum rate of one address, or 0 for no limit
   * @param maxPixels the maximum number of pixels of an image, because a small file may take long
   *     to decode
   */
  public record Limits(
      int maxWaitingImages,
      Duration timeLimit,
      int maxBodyBytes,
      int requestsPerSecond,
      long maxPixels) {
    public Limits {
      check(maxWaitingImages >= 1, "--queue " + maxWaitingImages + ": expected at least 1");
      check(timeLimit.toMillis() > 0, "--time-limit: expected more than 0 seconds");
      check(maxBodyBytes > 0, "--max-megabytes: expected 1 to 1024");
      check(
          requestsPerSecond >= 0,
          "--rate " + requestsPerSecond + ": expected requests per second, or 0 for no limit");
      check(
          maxPixels >= 1 && maxPixels <= Images.DEFAULT_MAX_PIXELS,
          "--max-pixels %s: expected 1 to %s".formatted(maxPixels, Images.DEFAULT_MAX_PIXELS));
    }
  }

  /** Settings of a server without a reverse proxy. */
  public ServerSettings(String host, int port, @Nullable String token, Limits limits) {
    this(host, port, token, limits, ReverseProxy.NONE);
  }

  public ServerSettings {
    check(port >= 0 && port <= 65535, "--port " + port + ": expected 0 to 65535");
    check(
        token == null || token.length() >= MIN_TOKEN_LENGTH,
        "the token has fewer than " + MIN_TOKEN_LENGTH + " characters; expected a random text");
  }

  /** Returns a random text of 128 bits, which nobody can guess. */
  public static String newToken() {
    byte[] token = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(token);
    return HexFormat.of().formatHex(token);
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
