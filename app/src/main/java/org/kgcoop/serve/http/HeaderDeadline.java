package org.kgcoop.serve.http;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections without an active request that have not sent a complete header for some time.
 * An idle timeout is not enough: a client that sends one byte every few seconds could keep a
 * connection for a day. This handler must be in front of all that answer requests.
 *
 * <p>Jetty's count of responses does not show whether a request is answered, because it includes
 * interim responses such as 100 Continue.
 */
final class HeaderDeadline extends Handler.Wrapper {
  private final long limitNanos;
  private final Set<Connection> answering = ConcurrentHashMap.newKeySet();
  private Map<Connection, Silence> silences = new HashMap<>();
  private volatile Scheduler.@Nullable Task next;

  /**
   * The time of the last header of a connection.
   *
   * @param requests the number of requests so far
   */
  private record Silence(long requests, long since) {}

  HeaderDeadline(Handler handler, long limitMilliseconds) {
    super(handler);
    this.limitNanos = TimeUnit.MILLISECONDS.toNanos(limitMilliseconds);
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    schedule();
  }

  @Override
  protected void doStop() throws Exception {
    Scheduler.Task task = next;
    if (task != null) {
      task.cancel();
    }
    super.doStop();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Connection connection = request.getConnectionMetaData().getConnection();
    answering.add(connection);
    Request.addCompletionListener(request, failure -> answering.remove(connection));
    return super.handle(request, response, callback);
  }

  private void schedule() {
    next = getServer().getScheduler().schedule(this::look, limitNanos / 8, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    Map<Connection, Silence> found = new HashMap<>();
    for (Connector connector : getServer().getConnectors()) {
      for (EndPoint endPoint : connector.getConnectedEndPoints()) {
        Connection connection = endPoint.getConnection();
        if (connection != null && !answering.contains(connection)) {
          Silence silence = silences.get(connection);
          if (silence == null || silence.requests() != connection.getMessagesIn()) {
            silence = new Silence(connection.getMessagesIn(), now);
          }
          if (now - silence.since() > limitNanos) {
            endPoint.close();
          } else {
            found.put(connection, silence);
          }
        }
      }
    }
    silences = found;
    if (isRunning()) {
      schedule();
    }
  }
}
