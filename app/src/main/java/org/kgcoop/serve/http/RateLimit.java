package org.kgcoop.serve.http;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.DoSHandler;

/**
 * Limits the requests per second from one address. After a pause, an address may send twice as many
 * at once. Other requests get 429. Jetty stores the addresses and forgets those that are silent.
 * Its own leaky bucket also counts rejected requests, so a client that retries after the announced
 * second could be rejected forever.
 */
final class RateLimit implements DoSHandler.Tracker {
  /** The maximum number of addresses; requests from others are not counted. */
  private static final int MOST_CLIENTS = 10_000;

  private static final int BURST_SECONDS = 2;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int rate;
  private final double most;
  private double left;
  private long last;

  private RateLimit(int rate, long now) {
    this.rate = rate;
    this.most = (double) BURST_SECONDS * rate;
    this.left = most;
    this.last = now;
  }

  static DoSHandler handler(int rate) {
    return new DoSHandler(
        RateLimit::client,
        client -> new RateLimit(rate, System.nanoTime()),
        (request, response, callback) -> {
          Refusals.writeAndClose(
              response, callback, 429, "expected at most " + rate + " requests per second");
          return true;
        },
        MOST_CLIENTS);
  }

  /**
   * Returns the address of a client. For IPv6, returns only the network half, since one host has
   * many addresses.
   */
  static String client(Request request) {
    if (request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress from
        && from.getAddress() instanceof Inet6Address address) {
      return Arrays.toString(Arrays.copyOf(address.getAddress(), 8));
    }
    return Request.getRemoteAddr(request);
  }

  @Override
  public synchronized boolean onRequest(long now) {
    left = Math.min(most, left + rate * ((now - last) / (double) SECOND));
    last = now;
    if (left < 1) {
      return false;
    }
    left--;
    return true;
  }

  @Override
  public synchronized long getExpireNanoTime() {
    return last + BURST_SECONDS * SECOND; // the full allowance is available again
  }
}
