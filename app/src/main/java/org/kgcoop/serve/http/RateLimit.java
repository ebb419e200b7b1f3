package org.kgcoop.serve.http;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.handler.DoSHandler;

/**
 * A limit of requests a second from one address, and twice as many at once after a rest; the others
 * get 429. Jetty keeps the addresses, and forgets them when they have been silent. Its own leaking
 * bucket counts refused requests too, so that whoever asks again after the second that a refusal
 * names may be refused for ever.
 */
final class RateLimit implements DoSHandler.Tracker {
  /** Addresses that are remembered; what comes from more of them is not counted. */
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
              response, callback, 429, "expected at most " + rate + " requests a second");
          return true;
        },
        MOST_CLIENTS);
  }

  /**
   * The address of a client; of an IPv6 address the half that names its network, since one host has
   * many.
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
    return last + BURST_SECONDS * SECOND; // then it has all again, as a new one has
  }
}
