package org.kgcoop.serve.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections that wait too long for a complete header. Jetty has only an idle timeout: a
 * client that sends one byte every few seconds could keep a connection for a day. This handler must
 * be in front of all that answer requests.
 */
final class HeaderDeadline extends Handler.Wrapper implements Connection.Listener {
  private final long limitMilliseconds;
  private final Map<Connection, Scheduler.Task> waiting = new ConcurrentHashMap<>();

  HeaderDeadline(Handler handler, long limitMilliseconds) {
    super(handler);
    this.limitMilliseconds = limitMilliseconds;
  }

  @Override
  protected void doStart() throws Exception {
    for (Connector connector : getServer().getConnectors()) {
      connector.addEventListener(this);
    }
    super.doStart();
  }

  @Override
  public void onOpened(Connection connection) {
    start(connection);
  }

  @Override
  public void onClosed(Connection connection) {
    cancel(connection);
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    Connection connection = request.getConnectionMetaData().getConnection();
    cancel(connection);
    Request.addCompletionListener(request, failure -> start(connection));
    return super.handle(request, response, callback);
  }

  private void start(Connection connection) {
    Scheduler.Task close =
        getServer()
            .getScheduler()
            .schedule(
                () -> {
                  cancel(connection);
                  connection.getEndPoint().close();
                },
                limitMilliseconds,
                TimeUnit.MILLISECONDS);
    waiting.put(connection, close);
  }

  private void cancel(Connection connection) {
    Scheduler.Task close = waiting.remove(connection);
    if (close != null) {
      close.cancel();
    }
  }
}
