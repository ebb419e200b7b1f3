package org.kgcoop.serve.http;

import java.time.Duration;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A handler that announces the end of each connection before the server stops. A server of Jetty
 * that stops closes a connection also after an answer that was begun before, without the header
 * that says so: a client that has sent its next request by then would lose it.
 */
final class GracefulClose extends Handler.Wrapper {
  /** The requests that are answered without the header, and the one who waits for their end. */
  private final Phaser persistent = new Phaser(1);

  private volatile boolean draining;

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (request.getHeaders().contains(HttpHeader.CONNECTION, "close")) {
      return super.handle(request, response, callback); // its sender knows
    }
    persistent.register();
    if (draining) {
      persistent.arriveAndDeregister();
      response.getHeaders().put(HttpHeader.CONNECTION, "close");
    } else {
      Request.addCompletionListener(request, failure -> persistent.arriveAndDeregister());
    }
    return super.handle(request, response, callback);
  }

  /**
   * Closes each connection with its next answer from now on, and waits until the requests of before
   * are answered.
   *
   * @param limit after which it waits no longer
   */
  void begin(Duration limit) {
    draining = true;
    int phase = persistent.arriveAndDeregister();
    try {
      persistent.awaitAdvanceInterruptibly(phase, limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The server cuts off what takes longer, and says so.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
