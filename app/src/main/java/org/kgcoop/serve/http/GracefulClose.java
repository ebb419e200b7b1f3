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
 * Announces the end of each connection before the server stops. When Jetty stops, it also closes
 * connections after answers that did not announce this in a header. A client that has sent its next
 * request by then would lose that request. Jetty's {@code GracefulHandler} answers it with 503.
 */
final class GracefulClose extends Handler.Wrapper {
  /**
   * Counts the requests that are answered without the header, and the thread that waits for them.
   */
  private final Phaser persistent = new Phaser(1);

  private volatile boolean draining;

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    if (request.getHeaders().contains(HttpHeader.CONNECTION, "close")) {
      return super.handle(request, response, callback); // the client knows
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

  /** Returns true if the server is about to stop. */
  boolean isDraining() {
    return draining;
  }

  /**
   * Closes each connection with its next answer, and waits for the answers to earlier requests.
   *
   * @param limit the maximum time to wait
   */
  void begin(Duration limit) {
    draining = true;
    int phase = persistent.arriveAndDeregister();
    try {
      persistent.awaitAdvanceInterruptibly(phase, limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      // The server then closes the remaining connections and logs this.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
